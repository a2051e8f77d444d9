// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import static org.assertj.core.api.Assertions.assertThat;

/** Takes away what a running guest uses, and gives it back. */
public final class RemovalJob {
    private final Guest guest;
    private final HotbayTarget target;
    private final String name;

    /** Removals under a disk under its name in the guest, such as {@code vda}. */
    public RemovalJob(Guest guest, HotbayTarget target, String name) {
        this.guest = guest;
        this.target = target;
        this.name = name;
    }

    /** Requests fail at once when the bdev is deleted, the guest goes on, and a new bdev of that name makes the disk work again. */
    public void losesItsBdev(String bdev, int mib, int blockSize) {
        assertThat(target.exec("bdev:delete " + bdev).status()).isNotZero();
        guest.start("""
                readable() { [ "$(dd if=/dev/NAME bs=4k count=1 iflag=direct 2>/dev/null | wc -c)" -eq 4096 ]; }
                readable
                mark readable
                while readable; do usleep 10000; done
                """.replace("NAME", name));
        guest.awaitMark("readable");
        target.change("bdev:delete --force " + bdev);
        guest.awaitSuccess();
        guest.run("! dd if=/dev/zero of=/dev/NAME bs=4k count=1 oflag=direct".replace("NAME", name));

        target.change("bdev:create malloc " + bdev + " size=" + mib + "MiB block_size=" + blockSize);
        new ResizeJob(guest, target, bdev, name).awaitSize(mib);
    }

    /** A controller in use is deleted only by force; a new one of that name makes the disk work again. */
    public void losesItsController(Disk disk, String bdev, String options) {
        JobResult refusal = target.exec("vhost:delete " + disk.name());
        assertThat(refusal.status()).isNotZero();
        assertThat(refusal.output()).contains(disk.name());

        target.change("vhost:delete --force " + disk.name());
        target.change("vhost:create-blk " + disk.name() + " " + bdev + " num_queues=" + disk.queues() + " " + options);
    }
}
