// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.nio.file.Path;
import java.util.Base64;
import java.util.function.Consumer;

/** Plugs a disk into a running guest as Kata does, lets the guest use it, and unplugs it. */
public final class HotplugJob {
    /** What waiting for a disk that comes or goes costs at most: 1200 times 50 ms. */
    private static final int ATTEMPTS = 1200;

    private final Guest guest;
    private final Disk disk;
    private final Path socket;

    /** Cycles with a disk that the guest has not got. */
    public HotplugJob(Guest guest, Disk disk) {
        this(guest, disk, disk.socket());
    }

    /** Cycles with a disk over a socket that was found another way. */
    public HotplugJob(Guest guest, Disk disk, Path socket) {
        this.guest = guest;
        this.disk = disk;
        this.socket = socket;
    }

    /** Plugs, uses and unplugs the disk; what one cycle has written the next one finds. */
    public void cycles(int count, HotplugSlot slot) {
        String written = null;
        for (int cycle = 0; cycle < count; cycle++) {
            String id = "cycle" + cycle;
            String before = guest.run("ls /sys/block").output();
            String name;
            // Unplugged whatever happens, so that the next test finds the slot and the socket free.
            try (Guest.Plugged plugged = guest.hotplug(id, socket, slot)) {
                name = awaitDisk(before);
                written = use(name, written);
            }
            awaitGone(name);
        }
    }

    /** Plugs the disk, writes something to its beginning and unplugs it. */
    public void writes(byte[] content, HotplugSlot slot) {
        uses(
                slot,
                name -> guest.run("echo CONTENT | base64 -d | dd of=/dev/NAME conv=fsync"
                        .replace("NAME", name)
                        .replace("CONTENT", Base64.getEncoder().encodeToString(content))));
    }

    /** Plugs the disk, does something with it under its name in the guest, and unplugs it. */
    public void uses(HotplugSlot slot, Consumer<String> use) {
        String before = guest.run("ls /sys/block").output();
        String name;
        try (Guest.Plugged plugged = guest.hotplug("used", socket, slot)) {
            name = awaitDisk(before);
            use.accept(name);
        }
        awaitGone(name);
    }

    private String use(String name, String writtenBefore) {
        GuestJob job = new GuestJob(guest, disk, name);
        job.seesTheDiskAsConfigured();
        if (writtenBefore != null) {
            check(name, writtenBefore);
        }
        job.verifiesAFewWrites();
        return write(name);
    }

    private String awaitDisk(String before) {
        return guest.run("""
                        before=" $(echo BEFORE) "
                        for attempt in $(seq ATTEMPTS); do
                            for disk in $(ls /sys/block); do
                                case "$before" in
                                    *" $disk "*) ;;
                                    *) if [ -b "/dev/$disk" ]; then echo "$disk"; exit 0; fi ;;
                                esac
                            done
                            usleep 50000
                        done
                        echo "no disk has appeared"
                        exit 1
                        """.replace("BEFORE", before.strip().replace('\n', ' '))
                        .replace("ATTEMPTS", String.valueOf(ATTEMPTS)))
                .output()
                .strip();
    }

    private void awaitGone(String name) {
        guest.run("""
                for attempt in $(seq ATTEMPTS); do
                    [ -e /sys/block/NAME ] || exit 0
                    usleep 50000
                done
                echo "NAME is still there"
                exit 1
                """.replace("NAME", name).replace("ATTEMPTS", String.valueOf(ATTEMPTS)));
    }

    private String write(String name) {
        return guest.run("""
                        dd if=/dev/urandom of=/tmp/cycle bs=64k count=16 2>/dev/null
                        dd if=/tmp/cycle of=/dev/NAME bs=64k seek=64 conv=fsync 2>/dev/null
                        sha256sum </tmp/cycle
                        """.replace("NAME", name)).output().strip();
    }

    private void check(String name, String written) {
        guest.run("[ \"$(dd if=/dev/NAME bs=64k skip=64 count=16 2>/dev/null | sha256sum)\" = \"SUM\" ]"
                .replace("NAME", name)
                .replace("SUM", written));
    }
}
