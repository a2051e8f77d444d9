// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

/** Changes the size of a bdev under a running guest. */
public final class ResizeJob {
    private final Guest guest;
    private final HotbayTarget target;
    private final String bdev;
    private final String name;

    /** Changes of a bdev that is a disk under its name in the guest, such as {@code vda}. */
    public ResizeJob(Guest guest, HotbayTarget target, String bdev, String name) {
        this.guest = guest;
        this.target = target;
        this.bdev = bdev;
        this.name = name;
    }

    /** The guest learns that the disk is larger, and the new part keeps what is written there. */
    public void grows(int fromMib, int toMib) {
        resize(toMib);
        awaitSize(toMib);
        guest.run("""
                /usr/sbin/fio --name=new --filename=/dev/NAME --direct=1 --ioengine=libaio --iodepth=16 --rw=randwrite --bs=4k \\
                    --offset=FROMm --size=SIZEm --randrepeat=0 --verify=crc32c --verify_fatal=1
                """.replace("NAME", name)
                .replace("FROM", String.valueOf(fromMib))
                .replace("SIZE", String.valueOf(toMib - fromMib)));
    }

    /** The guest learns that the disk is smaller, can use all that is left of it, and nothing behind. */
    public void shrinks(int toMib) {
        resize(toMib);
        awaitSize(toMib);
        guest.run("""
                last() { dd if=/dev/NAME bs=4k iflag=direct skip=$((TO * 256 + $1)) count=1 2>/dev/null | wc -c; }
                [ "$(last -1)" -eq 4096 ]
                [ "$(last 0)" -eq 0 ]
                """.replace("NAME", name).replace("TO", String.valueOf(toMib)));
    }

    /** The machine is stopped meanwhile: QEMU throws such a message away, and the target has to tell it again. */
    public void changesWhilePaused(int toMib) {
        guest.machine().pause();
        resize(toMib);
        guest.machine().resume();
        awaitSize(toMib);
    }

    /** The machine is reset meanwhile: the driver starts with the size that QEMU knew. */
    public void changesWhileReset(int toMib) {
        guest.reset(() -> resize(toMib));
        awaitSize(toMib);
    }

    private void resize(int toMib) {
        target.change("bdev:resize --force " + bdev + " " + toMib + "MiB");
    }

    /** Waits until the guest knows a size. */
    public void awaitSize(int mib) {
        guest.run("until [ \"$(cat /sys/block/NAME/size)\" -eq SECTORS ]; do usleep 50000; done"
                .replace("NAME", name)
                .replace("SECTORS", String.valueOf(mib * 2048L)));
    }
}
