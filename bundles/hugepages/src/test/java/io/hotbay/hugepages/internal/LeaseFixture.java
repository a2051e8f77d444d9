// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import static io.hotbay.hugepages.internal.Configured.DEFAULTS;

import io.hotbay.linux.FileStatus;
import io.hotbay.linux.Users;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** An allocator of ordinary memory that is killed and started again, and the files it leaves. */
final class LeaseFixture {
    static final String INSTANCE = "test-1";

    final RecordingLogger log = new RecordingLogger();
    final FakeMachine machine;
    final Path folder;
    final FoldersInMemory left = new FoldersInMemory();
    LeasedHugepages allocator;

    LeaseFixture(Path root) throws IOException {
        machine = new FakeMachine(root);
        int uid = Users.effectiveUid();
        folder = machine.sharedMemory()
                .resolve(uid == 0 ? "hotbay" : "hotbay-" + uid)
                .resolve(INSTANCE);
        start();
    }

    void start() throws IOException {
        allocator = new LeasedHugepages(machine.host(), INSTANCE, null, DEFAULTS, left, log.logger());
    }

    /** The component ends as in a process that was killed: the kernel drops the lock, the files stay. */
    void kill() {
        allocator.end(false);
        left.drop();
    }

    void restart() throws IOException {
        kill();
        start();
    }

    /** The component ends and starts again in the same process. */
    void update() throws IOException {
        allocator.end(false);
        start();
    }

    /** How often the memory of a lease is mapped, be its file still there or not. */
    int mappings(String lease) throws IOException {
        String file = file(lease).toString();
        return (int) Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.endsWith(file) || line.endsWith(file + " (deleted)"))
                .count();
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    String header(String lease) throws IOException {
        return Files.readString(file(lease + "~header"));
    }

    /** Writes a header as the allocator does; the checksum is right. */
    void writeHeader(String lease, Path memory, long size, long length) throws IOException {
        long inode = Files.exists(memory) ? FileStatus.of(memory).inode() : 1;
        LeaseHeader header = new LeaseHeader(lease, memory, inode, size, length, 4096, -1, UUID.randomUUID());
        Files.writeString(file(lease + "~header"), header.text());
    }

    boolean warned(String... parts) {
        return log.lines().stream()
                .filter(line -> line.startsWith("warn"))
                .anyMatch(line -> java.util.Arrays.stream(parts).allMatch(line::contains));
    }
}
