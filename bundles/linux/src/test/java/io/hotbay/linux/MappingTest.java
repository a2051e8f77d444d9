// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MappingTest {
    private static final int PAGE = 4096;

    @Test
    void shouldShareItsContentsWithTheFile() throws Exception {
        try (Descriptor file = Memfd.create("map", 2 * PAGE);
                Mapping mapping = Mapping.of(file, PAGE, PAGE)) {
            mapping.window(8, 8).putLong(0, 0x0102030405060708L);
            ByteBuffer read = ByteBuffer.allocate(8);
            file.pread(read, PAGE + 8);
            assertThat(read.array()).containsExactly(8, 7, 6, 5, 4, 3, 2, 1);
            file.pwrite(ByteBuffer.wrap(new byte[] {42}), PAGE);
            assertThat(mapping.window(0, 1).get(0)).isEqualTo((byte) 42);
        }
    }

    @Test
    void shouldMapARangeThatBeginsAndEndsInTheMiddleOfAPage() throws Exception {
        try (Descriptor file = Memfd.create("unaligned", 3 * PAGE)) {
            file.pwrite(ByteBuffer.wrap("needle".getBytes()), 2 * PAGE - 3);
            try (Mapping mapping = Mapping.of(file, 2 * PAGE - 3, 6)) {
                assertThat(mapping.length()).isEqualTo(6);
                assertThat(mapping.address() % PAGE).isEqualTo(PAGE - 3);
                byte[] seen = new byte[6];
                mapping.window(0, 6).get(seen);
                assertThat(seen).isEqualTo("needle".getBytes());
            }
        }
    }

    @Test
    void shouldRoundTheRangeUpToWholeWords() throws Exception {
        try (Descriptor file = Memfd.create("words", 3 * 8 + 1);
                Mapping mapping = Mapping.of(file, 8, 17);
                Mapping crooked = Mapping.of(file, 4, 8)) {
            ByteBuffer words = mapping.words();
            assertThat(words.capacity()).isEqualTo(24);
            words.putLong(16, -1);
            ByteBuffer read = ByteBuffer.allocate(8);
            assertThat(file.pread(read, 24)).isOne();
            assertThat(read.get(0)).isEqualTo((byte) -1);
            assertThatThrownBy(crooked::words).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void shouldHandOutWindowsWithinTheRangeOnly() throws Exception {
        try (Descriptor file = Memfd.create("windows", PAGE);
                Mapping mapping = Mapping.of(file, 0, 1000)) {
            ByteBuffer window = mapping.window(0, 1000);
            assertThat(window.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
            assertThat(window.isDirect()).isTrue();
            assertThat(window.capacity()).isEqualTo(1000);
            assertThat(mapping.window(1000, 0).capacity()).isZero();
            assertThatThrownBy(() -> mapping.window(1, 1000)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> mapping.window(-1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> mapping.window(0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> mapping.window(Long.MAX_VALUE, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void shouldRefuseWhatDoesNotLieWithinTheFile() throws Exception {
        try (Descriptor file = Memfd.create("short", PAGE)) {
            assertRefused(file, 0, PAGE + 1);
            assertRefused(file, PAGE, 1);
            assertRefused(file, 0, 0);
            assertRefused(file, -PAGE, PAGE);
            assertRefused(file, 0, -1);
            assertRefused(file, PAGE, Long.MAX_VALUE);
        }
    }

    private static void assertRefused(Descriptor file, long offset, long length) {
        assertThatThrownBy(() -> Mapping.of(file, offset, length).close())
                .isInstanceOfSatisfying(
                        LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
                .hasMessageContaining(length + " bytes at " + offset)
                .hasMessageContaining("which has 4096");
    }

    @Test
    void shouldOutliveTheDescriptorItCameFrom() throws Exception {
        Descriptor file = Memfd.create("closed", PAGE);
        try (Mapping mapping = Mapping.of(file, 0, PAGE)) {
            file.close();
            mapping.window(0, 8).putLong(0, 1);
            assertThat(mapping.window(0, 8).getLong(0)).isOne();
        }
    }

    @Test
    void shouldBeGoneOnceClosedAndStayGoneWhenClosedAgain() throws Exception {
        try (Descriptor file = Memfd.create("hotbay-gone", PAGE)) {
            Mapping mapping = Mapping.of(file, 0, PAGE);
            assertThat(mappings("memfd:hotbay-gone")).isOne();
            mapping.close();
            assertThat(mappings("memfd:hotbay-gone")).isZero();
            assertThatThrownBy(mapping::address).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> mapping.window(0, 1)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(mapping::populate).isInstanceOf(IllegalStateException.class);
            try (Mapping next = Mapping.of(file, 0, PAGE)) {
                mapping.close();
                // would kill the process if the second close had unmapped it
                assertThat(next.window(0, 1).get(0)).isZero();
            }
        }
    }

    private static long mappings(String name) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains(name)).count();
        }
    }

    @Test
    void shouldProvideAllPagesWhenPopulated() throws Exception {
        try (Descriptor file = Memfd.create("hotbay-populated", 64 * PAGE);
                Mapping mapping = Mapping.of(file, 0, 64 * PAGE)) {
            assertThat(residentKiB("memfd:hotbay-populated")).isZero();
            mapping.populate();
            assertThat(residentKiB("memfd:hotbay-populated")).isEqualTo(256);
        }
    }

    @Test
    void shouldProvideAllPagesOnKernelsThatCannotPopulateAndChangeNothing() throws Exception {
        try (Descriptor file = Memfd.create("hotbay-touched", 64 * PAGE);
                Mapping mapping = Mapping.of(file, 0, 64 * PAGE)) {
            mapping.window(PAGE, 4).putInt(0, 77);
            mapping.touch();
            assertThat(residentKiB("memfd:hotbay-touched")).isEqualTo(256);
            assertThat(mapping.window(PAGE, 4).getInt(0)).isEqualTo(77);
        }
    }

    private static long residentKiB(String name) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/smaps"))) {
            return lines.dropWhile(line -> !line.contains(name))
                    .filter(line -> line.startsWith("Rss:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void shouldBindToAnExistingNodeOnly() throws Exception {
        try (Descriptor file = Memfd.create("hotbay-bound", PAGE);
                Mapping mapping = Mapping.of(file, 0, PAGE)) {
            mapping.bind(0);
            mapping.populate();
            assertThatThrownBy(() -> mapping.bind(1000))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("mbind")
                    .hasMessageContaining("node 1000");
            assertThatThrownBy(() -> mapping.bind(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }
}
