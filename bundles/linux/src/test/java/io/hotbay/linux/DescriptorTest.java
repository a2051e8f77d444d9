// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DescriptorTest {
    private static final int CREATE = Descriptor.O_RDWR | Descriptor.O_CREAT;

    @TempDir
    Path directory;

    @Test
    void shouldBeOfNoUseOnceClosed() throws Exception {
        Descriptor descriptor = Memfd.create("closed", 0);
        int number = descriptor.number();
        descriptor.close();
        assertThat(descriptor.isOpen()).isFalse();
        assertThat(OpenDescriptors.target(number)).doesNotContain("memfd:closed");
        assertThatThrownBy(descriptor::number).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> descriptor.truncate(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(descriptor::duplicate).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldNotCloseTheNextOwnerOfItsNumberWhenClosedAgain() throws Exception {
        Descriptor first;
        Descriptor second;
        // the kernel hands out the lowest free number, but other threads of the JVM open and close files too
        do {
            first = Memfd.create("first", 0);
            int number = first.number();
            first.close();
            second = Memfd.create("second", 0);
            if (second.number() != number) {
                second.close();
            }
        } while (!second.isOpen());
        first.close();
        assertThat(OpenDescriptors.target(second.number())).contains("memfd:second");
        second.close();
    }

    @Test
    void shouldCloseOnceWhenManyThreadsCloseIt() throws Exception {
        for (int round = 0; round < 50; round++) {
            Descriptor descriptor = Memfd.create("raced", 0);
            int number = descriptor.number();
            CyclicBarrier start = new CyclicBarrier(4);
            List<WaitingThread<Descriptor>> closers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                closers.add(new WaitingThread<>(() -> {
                    start.await();
                    descriptor.close();
                    // takes the number if it is free: a second close would hit this one
                    return Memfd.create("next", 0);
                }));
            }
            for (WaitingThread<Descriptor> closer : closers) {
                try (Descriptor next = closer.result()) {
                    assertThat(OpenDescriptors.target(next.number())).contains("memfd:next");
                }
            }
            assertThat(OpenDescriptors.target(number)).doesNotContain("memfd:raced");
        }
    }

    @Test
    void shouldRefuseToAdoptANegativeNumber() {
        assertThatThrownBy(() -> Descriptor.adopt(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldNotLeakOverAThousandRounds() throws Exception {
        Memfd.create("warm-up", 0).close();
        long before = OpenDescriptors.count();
        for (int i = 0; i < 1000; i++) {
            try (Descriptor file = Memfd.create("round", 4096);
                    Descriptor twin = file.duplicate();
                    Mapping mapping = Mapping.of(twin, 0, 4096);
                    EventFd event = EventFd.create();
                    Epoll epoll = Epoll.create()) {
                epoll.add(event.number(), Epoll.IN, mapping.length());
            }
        }
        assertThat(OpenDescriptors.count()).isEqualTo(before);
    }

    @Test
    void shouldNotLeakWhenAFileCannotBeGivenItsSize() throws Exception {
        Memfd.create("warm-up", 0).close();
        long before = OpenDescriptors.count();
        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> Memfd.create("absurd", -1)).isInstanceOf(LinuxException.class);
        }
        assertThat(OpenDescriptors.count()).isEqualTo(before);
    }

    @Test
    void shouldKeepItsFilesFromChildProcesses() throws Exception {
        try (Descriptor opened = Descriptor.open(directory.resolve("f"), CREATE, 0600);
                Descriptor twin = opened.duplicate()) {
            assertThat(flags(opened) & Descriptor.O_CLOEXEC).isNotZero();
            assertThat(flags(twin) & Descriptor.O_CLOEXEC).isNotZero();
        }
    }

    private static int flags(Descriptor descriptor) throws Exception {
        return Files.readAllLines(Path.of("/proc/self/fdinfo/" + descriptor.number())).stream()
                .filter(line -> line.startsWith("flags:"))
                .mapToInt(line -> Integer.parseInt(line.substring(6).strip(), 8))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldShareTheFileWithItsDuplicate() throws Exception {
        try (Descriptor file = Memfd.create("shared", 0);
                Descriptor twin = file.duplicate()) {
            twin.truncate(12345);
            assertThat(file.status().size()).isEqualTo(12345);
            assertThat(file.status().isSameFile(twin.status())).isTrue();
        }
    }

    @Test
    void shouldReadWhatWasWrittenWithDirectAndWithHeapBuffers() throws Exception {
        try (Descriptor file = Descriptor.open(directory.resolve("f"), CREATE, 0600)) {
            ByteBuffer direct = ByteBuffer.allocateDirect(8).put("__hello_".getBytes(US_ASCII));
            assertThat(file.pwrite(direct.position(2).limit(7), 100)).isEqualTo(5);
            assertThat(direct.remaining()).isZero();

            ByteBuffer heap = ByteBuffer.wrap(" world".getBytes(US_ASCII));
            assertThat(file.pwrite(heap, 105)).isEqualTo(6);
            assertThat(heap.remaining()).isZero();

            ByteBuffer read = ByteBuffer.allocate(20).position(1);
            assertThat(file.pread(read, 100)).isEqualTo(11);
            assertThat(new String(read.array(), 1, 11, US_ASCII)).isEqualTo("hello world");
            ByteBuffer readDirect = ByteBuffer.allocateDirect(20).position(3);
            assertThat(file.pread(readDirect, 100)).isEqualTo(11);
            assertThat(readDirect.position()).isEqualTo(14);
            assertThat(readDirect.get(3)).isEqualTo((byte) 'h');
        }
    }

    @Test
    void shouldCopyLargeHeapBuffersInPieces() throws Exception {
        try (Descriptor file = Memfd.create("large", 0)) {
            ByteBuffer source = ByteBuffer.allocate(200_000);
            for (int i = 0; i < source.capacity(); i++) {
                source.put(i, (byte) (i * 31));
            }
            while (source.hasRemaining()) {
                file.pwrite(source, source.position());
            }
            ByteBuffer back = ByteBuffer.allocate(200_000);
            while (back.hasRemaining()) {
                file.pread(back, back.position());
            }
            assertThat(back.array()).isEqualTo(source.array());
        }
    }

    @Test
    void shouldTellTheEndOfTheFile() throws Exception {
        try (Descriptor file = Memfd.create("short", 3)) {
            assertThat(file.pread(ByteBuffer.allocate(8), 3)).isEqualTo(-1);
            assertThat(file.pread(ByteBuffer.allocateDirect(8), 3)).isEqualTo(-1);
            assertThat(file.pread(ByteBuffer.allocate(0), 0)).isZero();
        }
    }

    @Test
    void shouldNotReadIntoAReadOnlyBuffer() throws Exception {
        try (Descriptor file = Memfd.create("read", 8)) {
            ByteBuffer destination = ByteBuffer.allocateDirect(8).asReadOnlyBuffer();
            assertThatThrownBy(() -> file.pread(destination, 0)).isInstanceOf(ReadOnlyBufferException.class);
        }
    }

    @Test
    void shouldLockAFileAgainstItsOtherOpeners() throws Exception {
        Path path = directory.resolve("lock");
        try (Descriptor first = Descriptor.open(path, CREATE, 0600);
                Descriptor second = Descriptor.open(path, CREATE, 0600)) {
            assertThat(first.tryLock()).isTrue();
            assertThat(second.tryLock()).isFalse();
            first.close();
            assertThat(second.tryLock()).isTrue();
        }
    }

    @Test
    void shouldRefuseASecondCreatorOfAFile() throws Exception {
        Path path = directory.resolve("once");
        Descriptor.open(path, CREATE | Descriptor.O_EXCL, 0600).close();
        assertThatThrownBy(() -> Descriptor.open(path, CREATE | Descriptor.O_EXCL, 0600))
                .isInstanceOfSatisfying(
                        LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST));
    }

    @Test
    void shouldKnowTheFlagsOfThisArchitecture() throws Exception {
        Path file = Files.createFile(directory.resolve("plain"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        Descriptor.open(directory, Descriptor.O_DIRECTORY, 0).close();
        assertThatThrownBy(() -> Descriptor.open(file, Descriptor.O_DIRECTORY, 0))
                .hasMessageContaining("ENOTDIR");
        assertThatThrownBy(() -> Descriptor.open(link, Descriptor.O_NOFOLLOW, 0))
                .hasMessageContaining("ELOOP");
    }

    @Test
    void shouldAllocateStorageAndGiveItBack() throws Exception {
        try (Descriptor file = Memfd.create("holes", 0)) {
            file.allocate(0, 1 << 20);
            assertThat(file.status().size()).isEqualTo(1 << 20);
            file.pwrite(ByteBuffer.wrap(new byte[] {1, 2, 3}), 4096);
            file.punchHole(4096, 4096);
            ByteBuffer read = ByteBuffer.allocate(3);
            file.pread(read, 4096);
            assertThat(read.array()).containsOnly(0);
            assertThat(file.status().size()).isEqualTo(1 << 20);
        }
    }

    @Test
    void shouldOpenNamesThatAreNotAscii() throws Exception {
        assumeTrue("UTF-8".equals(System.getProperty("sun.jnu.encoding")), "needs a locale with such names");
        Path path = Files.writeString(directory.resolve("gr\u00fc\u00dfe"), "x");
        try (Descriptor file = Descriptor.open(path, Descriptor.O_RDONLY, 0)) {
            assertThat(file.status().size()).isOne();
        }
    }

    @Test
    void shouldSealAgainstShrinkingUnlessThatIsForbidden() throws Exception {
        try (Descriptor open = Memfd.create("open", 4096);
                Descriptor sealed = Memfd.create("sealed", 4096);
                Descriptor forbidden = Memfd.create("forbidden", 4096);
                Descriptor file = Descriptor.open(directory.resolve("file"), CREATE, 0600)) {
            assertThat(open.sealAgainstShrinking()).isTrue();
            assertThat(open.seals()).isEqualTo(Descriptor.F_SEAL_SHRINK);
            sealed.addSeals(Descriptor.F_SEAL_SHRINK | Descriptor.F_SEAL_SEAL);
            assertThat(sealed.sealAgainstShrinking()).isTrue();
            forbidden.addSeals(Descriptor.F_SEAL_SEAL);
            assertThat(forbidden.sealAgainstShrinking()).isFalse();
            assertThat(file.sealAgainstShrinking()).isFalse();
        }
    }

    @Test
    void shouldReadAndWriteAStreamWithoutWaiting() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        try (Descriptor reader = Descriptor.open(pipe, Descriptor.O_RDONLY | Descriptor.O_NONBLOCK, 0);
                Descriptor writer = Descriptor.open(pipe, Descriptor.O_WRONLY, 0)) {
            ByteBuffer bytes = ByteBuffer.allocateDirect(16);
            assertThatThrownBy(() -> reader.read(bytes)).hasMessageContaining("EAGAIN");
            writer.doNotWait();
            writer.doNotWait();
            assertThat(writer.write(bytes.limit(5))).isEqualTo(5);
            bytes.clear();
            assertThat(reader.read(bytes)).isEqualTo(5);
            assertThat(bytes.position()).isEqualTo(5);
            ByteBuffer much = ByteBuffer.allocateDirect(1 << 20);
            assertThat(writer.write(much)).isBetween(1, (1 << 20) - 1);
            assertThatThrownBy(() -> writer.write(much)).hasMessageContaining("EAGAIN");
            reader.close();
            assertThatThrownBy(() -> writer.write(much)).hasMessageContaining("EPIPE");
        }
    }

    @Test
    void shouldTellTheEndOfAStream() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        try (Descriptor reader = Descriptor.open(pipe, Descriptor.O_RDONLY | Descriptor.O_NONBLOCK, 0)) {
            Descriptor.open(pipe, Descriptor.O_WRONLY, 0).close();
            assertThat(reader.read(ByteBuffer.allocateDirect(4))).isEqualTo(-1);
        }
    }
}
