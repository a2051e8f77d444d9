// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MemfdTest {
    private static final long HUGE = 2 << 20;
    private static final Path FREE_HUGE_PAGES = Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages");

    @Test
    void shouldHaveItsNameAndSize() throws Exception {
        try (Descriptor file = Memfd.create("hotbay-test", 1 << 20)) {
            assertThat(file.status().size()).isEqualTo(1 << 20);
            assertThat(OpenDescriptors.target(file.number())).contains("memfd:hotbay-test");
        }
    }

    @Test
    void shouldNotShrinkOrGrowOnceSealedAgainstThat() throws Exception {
        try (Descriptor file = Memfd.create("sealed", 4096)) {
            assertThat(file.seals()).isZero();
            file.addSeals(Descriptor.F_SEAL_SHRINK | Descriptor.F_SEAL_GROW);
            assertThat(file.seals()).isEqualTo(Descriptor.F_SEAL_SHRINK | Descriptor.F_SEAL_GROW);
            assertThatThrownBy(() -> file.truncate(0)).hasMessageContaining("EPERM");
            assertThatThrownBy(() -> file.truncate(8192)).hasMessageContaining("EPERM");
            file.pwrite(ByteBuffer.wrap(new byte[1]), 0);

            file.addSeals(Descriptor.F_SEAL_WRITE | Descriptor.F_SEAL_SEAL);
            assertThatThrownBy(() -> file.pwrite(ByteBuffer.wrap(new byte[1]), 0))
                    .hasMessageContaining("EPERM");
            assertThatThrownBy(() -> file.addSeals(0)).hasMessageContaining("EPERM");
        }
    }

    @Test
    void shouldReportNoSealsOnAFileThatCannotHaveAny() throws Exception {
        try (Descriptor file = Descriptor.open(Path.of("/proc/self/status"), Descriptor.O_RDONLY, 0)) {
            assertThat(file.seals()).isZero();
        }
    }

    @Test
    void shouldRefuseAPageSizeThatIsNoPowerOfTwo() {
        assertThatThrownBy(() -> Memfd.createHuge("odd", HUGE, 3000)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldConsistOfHugePages() throws Exception {
        assumeTrue(freeHugePages() >= 2, "needs two free hugepages of 2 MiB");
        try (Descriptor file = Memfd.createHuge("huge", 2 * HUGE, HUGE);
                // neither end lies on a huge page
                Mapping mapping = Mapping.of(file, HUGE - 4096, 8192)) {
            assertThat(file.status().blockSize()).isEqualTo(HUGE);
            long free = freeHugePages();
            mapping.populate();
            assertThat(freeHugePages()).isEqualTo(free - 2);
            mapping.window(4096, 4).putInt(0, 0x12345678);
            try (Mapping whole = Mapping.of(file, 0, 2 * HUGE)) {
                assertThat(whole.window(HUGE, 4).getInt(0)).isEqualTo(0x12345678);
            }
        }
    }

    @Test
    void shouldFailToPopulateWhenThereAreNoHugePages() throws Exception {
        assumeTrue(
                Files.exists(FREE_HUGE_PAGES) && freeHugePages() == 0, "needs hugepages of 2 MiB, none of them free");
        try (Descriptor file = Memfd.createHuge("none", HUGE, HUGE);
                Mapping mapping = Mapping.of(file, 0, HUGE)) {
            assertThatThrownBy(mapping::populate)
                    .isInstanceOf(LinuxException.class)
                    .hasMessageStartingWith("madvise 2097152 bytes at 0 of " + file);
        }
    }

    private static long freeHugePages() throws IOException {
        return Files.exists(FREE_HUGE_PAGES)
                ? Long.parseLong(Files.readString(FREE_HUGE_PAGES).strip())
                : 0;
    }
}
