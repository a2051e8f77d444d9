// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FrontendMemoryTest {
    @Test
    void shouldAllocateAlignedAndWithoutOverlap() throws IOException {
        try (FrontendMemory memory = FrontendMemory.ordinaryPages()) {
            memory.add(0x1000, 1 << 16);
            long first = memory.allocate(3, 1);
            long second = memory.allocate(100, 4096);
            assertThat(first).isEqualTo(0x1000);
            assertThat(second).isEqualTo(0x2000);
            assertThatThrownBy(() -> memory.allocate(1 << 16, 1)).hasMessageContaining("make it larger");
        }
    }

    @Test
    void shouldGiveGuestAddressesThatAreItsOwn() throws IOException {
        try (FrontendMemory memory = FrontendMemory.ordinaryPages()) {
            FrontendRegion region = memory.add(FrontendMemory.IDENTITY, 0x7620);
            assertThat(region.guestAddress()).isEqualTo(region.userAddress());
            assertThat(region.size()).isEqualTo(0x7620);
            memory.window(region.guestAddress() + 0x761f, 1).put(0, (byte) 1);
            assertThatThrownBy(() -> memory.window(region.guestAddress() + 0x7620, 1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void shouldPlaceRingPartsAsAsked() throws IOException {
        try (FrontendMemory memory = FrontendMemory.ordinaryPages()) {
            FrontendRegion region = memory.add(0, 1 << 20);
            SplitRingLayout legacy = SplitRingLayout.pageAligned(memory, 128);
            assertThat(legacy.available() - legacy.descriptors()).isEqualTo(0x800);
            assertThat(legacy.used() - legacy.descriptors()).isEqualTo(0x1000);
            SplitRingLayout tight = SplitRingLayout.packedTogether(memory, region, 256);
            assertThat(tight.available() - tight.descriptors()).isEqualTo(0x1000);
            assertThat(tight.used() - tight.descriptors()).as("as libblkio").isEqualTo(0x1208);
            SplitRingLayout scattered = SplitRingLayout.scattered(memory, 8);
            assertThat(scattered.descriptors() % 16).isZero();
            assertThat(scattered.available() % 4)
                    .as("no better aligned than it must be")
                    .isEqualTo(2);
            assertThat(scattered.used() % 8).isEqualTo(4);
        }
    }

    @Test
    void shouldTellContentOfOnePlaceFromAnother() throws IOException {
        try (FrontendMemory memory = FrontendMemory.ordinaryPages()) {
            memory.add(0, 4096);
            SectorPattern.fill(memory.window(0, 1024), 512, 7, 512, 1);
            assertThat(SectorPattern.matches(memory.window(0, 1024), 512, 7, 512, 1))
                    .isTrue();
            assertThat(SectorPattern.matches(memory.window(0, 1024), 512, 8, 512, 1))
                    .isFalse();
            assertThat(SectorPattern.matches(memory.window(0, 1024), 512, 7, 512, 2))
                    .isFalse();
            byte[] content = new byte[512];
            memory.window(512, 512).get(0, content);
            assertThat(Arrays.equals(content, SectorPattern.of(7, 512, 1))).isTrue();
        }
    }
}
