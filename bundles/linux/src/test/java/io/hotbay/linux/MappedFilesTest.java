// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedFilesTest {
    private static final int LENGTH = 3 * 4096;

    @TempDir
    Path directory;

    private Path file;
    private long inode;
    private ByteBuffer window;
    private long address;

    @BeforeEach
    void mapAndRelease() throws IOException {
        file = directory.resolve("lease");
        Mapping mapping = map(file);
        inode = FileStatus.of(file).inode();
        window = mapping.window(0, LENGTH);
        address = mapping.release();
        mapping.close();
    }

    /** Nothing of what the tests have mapped is left. */
    @AfterEach
    void assertUnmapped() throws IOException {
        adopt(address, LENGTH, file, inode).ifPresent(Mapping::close);
        assertThat(mappings()).isZero();
    }

    private static Mapping map(Path file) throws IOException {
        try (Descriptor descriptor = Descriptor.open(file, Descriptor.O_RDWR | Descriptor.O_CREAT, 0600)) {
            descriptor.truncate(LENGTH);
            return Mapping.of(descriptor, 0, LENGTH);
        }
    }

    private long mappings() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains(directory.toString())).count();
        }
    }

    private static Optional<Mapping> adopt(long address, long length, Path file, long inode) throws IOException {
        return MappedFiles.ofThisProcess().adopt(address, length, file, inode);
    }

    @Test
    void shouldTakeOverTheVeryMappingThatWasReleased() throws IOException {
        window.putLong(4096, 42);
        try (Mapping adopted = adopt(address, LENGTH, file, inode).orElseThrow()) {
            assertThat(adopted.address()).isEqualTo(address);
            assertThat(adopted.length()).isEqualTo(LENGTH);
            assertThat(adopted.isHuge()).isFalse();
            assertThat(adopted.window(4096, 8).getLong(0)).isEqualTo(42);
            assertThat(mappings()).isOne();
        }
        assertThat(mappings()).isZero();
    }

    @Test
    void shouldTakeOverAMappingOnce() throws IOException {
        MappedFiles files = MappedFiles.ofThisProcess();
        try (Mapping adopted = files.adopt(address, LENGTH, file, inode).orElseThrow()) {
            assertThat(files.adopt(adopted.address(), LENGTH, file, inode)).isEmpty();
        }
    }

    @Test
    void shouldBelieveNoFigureThatTheKernelDoesNotConfirm() throws IOException {
        assertThat(adopt(address + 4096, LENGTH, file, inode)).isEmpty();
        assertThat(adopt(address, LENGTH - 4096, file, inode)).isEmpty();
        assertThat(adopt(address, LENGTH + 4096, file, inode)).isEmpty();
        assertThat(adopt(address, LENGTH, file, inode + 1)).isEmpty();
        assertThat(adopt(address, LENGTH, directory.resolve("other"), inode)).isEmpty();
        assertThat(adopt(address, LENGTH, directory.resolve("none/lease"), inode))
                .isEmpty();
        assertThat(adopt(0, 0, file, inode)).isEmpty();
        assertThat(mappings()).isOne();
    }

    @Test
    void shouldTakeOverAMappingOfAFileThatHasBeenRemoved() throws IOException {
        Files.delete(file);
        try (Mapping adopted = adopt(address, LENGTH, file, inode).orElseThrow()) {
            assertThat(adopted.window(0, 1).get(0)).isZero();
        }
    }

    @Test
    void shouldKnowAFileByEachOfItsPaths() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory);
        Optional<Mapping> adopted = adopt(address, LENGTH, link.resolve("lease"), inode);
        assertThat(adopted).isPresent();
        adopted.orElseThrow().close();
    }

    @Test
    void shouldTellSeveralMappingsOfAFileApart() throws IOException {
        try (Mapping other = map(file)) {
            adopt(address, LENGTH, file, inode).orElseThrow().close();
            assertThat(other.window(0, 1).get(0)).isZero();
            assertThat(mappings()).isOne();
        }
    }

    @Test
    void shouldReleaseAMappingOnce() throws IOException {
        Mapping mapping = map(file);
        long released = mapping.release();
        assertThatThrownBy(mapping::release).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(mapping::address).isInstanceOf(IllegalStateException.class);
        adopt(released, LENGTH, file, inode).orElseThrow().close();
        assertThatThrownBy(mapping::release).isInstanceOf(IllegalStateException.class);
    }
}
