// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Plugs disks that lie in files or on block devices of the host into a running guest, and lets the guest use them. */
public final class FileDiskJob {
    private static final String BDEV = "File0";
    private static final String CONTROLLER = "vhostfile0";
    private static final int MIB = 1 << 20;
    private static final int SIZE_MIB = 64;
    private static final int LARGER_MIB = 80;
    private static final int WRITTEN_MIB = 16;
    /** What a file without contents takes: extents, and what the host's file system likes to keep. */
    private static final long EMPTY = MIB;

    private static final Path LOOP_CONTROL = Path.of("/dev/loop-control");

    private final Guest guest;
    private final HotbayTarget target;
    private final Path directory;

    /** Disks with their files in a directory. */
    public FileDiskJob(Guest guest, HotbayTarget target, Path directory) {
        this.guest = guest;
        this.target = target;
        this.directory = directory;
    }

    /** Why no loop devices can be made; empty when they can. */
    public static List<String> missingForLoopDevices() {
        return Files.isWritable(LOOP_CONTROL)
                ? List.of()
                : List.of(LOOP_CONTROL + " cannot be written: run as root, with the module loop");
    }

    /** A sparse file, through the host's page cache or around it. */
    public void usesAFile(boolean direct) {
        Path file = directory.resolve(direct ? "direct.img" : "cached.img");
        serve(file, "direct=" + direct + " create=true size=" + SIZE_MIB + "MiB", name -> {
            use(file, name);
            new ResizeJob(guest, target, BDEV, name).grows(SIZE_MIB, LARGER_MIB);
        });
        assertThat(file).hasSize((long) LARGER_MIB * MIB);
    }

    /** A block device, which here lies on a sparse file again. */
    public void usesALoopDevice() {
        Path file = directory.resolve("loop.img");
        ShellCommand.output(List.of("truncate", "-s", SIZE_MIB + "M", file.toString()));
        String device = ShellCommand.lines(List.of("losetup", "-f", "--show", file.toString()))
                .get(0);
        try {
            serve(Path.of(device), "direct=true", name -> use(file, name));
        } finally {
            ShellCommand.output(List.of("losetup", "-d", device));
        }
    }

    private void serve(Path file, String options, Consumer<String> use) {
        target.change("bdev:create uring " + BDEV + " filename=" + file + " " + options);
        target.change("vhost:create-blk " + CONTROLLER + " " + BDEV + " num_queues=2");
        new HotplugJob(guest, disk()).uses(HotplugSlot.PCI_BRIDGE, use);
        target.change("vhost:delete " + CONTROLLER);
        target.change("bdev:delete " + BDEV);
    }

    private Disk disk() {
        Path socket = target.disk().socket().resolveSibling(CONTROLLER);
        return new Disk(CONTROLLER, socket, (long) SIZE_MIB * MIB, 512, 2, true);
    }

    private void use(Path file, String name) {
        GuestJob job = new GuestJob(guest, disk(), name);
        job.seesTheDiskAsConfigured();
        job.verifiesAFewWrites();
        job.keepsAFileSystem();
        guest.run("dd if=/dev/urandom of=/dev/NAME bs=1M count=COUNT conv=fsync"
                .replace("NAME", name)
                .replace("COUNT", String.valueOf(WRITTEN_MIB)));
        assertThat(taken(file)).as("bytes the file takes").isGreaterThanOrEqualTo((long) WRITTEN_MIB * MIB);
        guest.run("/usr/sbin/blkdiscard /dev/NAME".replace("NAME", name));
        assertThat(taken(file)).as("bytes the file takes after a discard").isLessThanOrEqualTo(EMPTY);
    }

    private static long taken(Path file) {
        String line = ShellCommand.lines(List.of("du", "-B1", file.toString())).get(0);
        return Long.parseLong(line.split("\\s")[0]);
    }
}
