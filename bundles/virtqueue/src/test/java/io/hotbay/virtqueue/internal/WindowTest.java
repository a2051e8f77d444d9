// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.memory.GuestMemory;
import io.hotbay.memory.MemoryRegion;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class WindowTest {
    private static final int SIZE = 0x3000;
    private static final long[] STARTS = {0, 0x1000, 1L << 40, Long.MAX_VALUE - SIZE};
    private static final long[] CORNERS = {
        0, 1, SIZE, 1L << 31, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE - (1L << 32), -1L
    };
    private static final long[] LENGTHS = {
        0, 1, 2, 16, SIZE - 1, SIZE, SIZE + 1, 1L << 31, (1L << 32) - SIZE, (1L << 32) - 1
    };
    private static final int NEAR = 2;

    @Test
    void shouldTellWhatLiesInItWhateverTheAddress() {
        for (long start : STARTS) {
            Window window = new Window(memory(start), 0);
            for (long corner : CORNERS) {
                for (long length : LENGTHS) {
                    checkAround(window, start, start + corner, length);
                    checkAround(window, start, corner, length);
                    checkAround(window, start, start + corner - length, length);
                }
            }
        }
    }

    @Test
    void shouldKnowItsHandle() {
        MemoryRegion first = region(0);
        MemoryRegion second = region(0x10000);
        Window window = new Window(GuestMemory.of(List.of(first, second)), 1);

        assertThat(window.handle | window.offset(0x10123)).isEqualTo(GuestMemory.handle(1, 0x123));
    }

    @Test
    void shouldFindNothingInNone() {
        for (long corner : CORNERS) {
            for (long length : LENGTHS) {
                assertThat(Window.NONE.outside(Window.NONE.offset(corner), length))
                        .as("address 0x%x, %d bytes", corner, length)
                        .isNegative();
            }
        }
    }

    private static void checkAround(Window window, long start, long address, long length) {
        for (long near = address - NEAR; near != address + NEAR; near++) {
            boolean inside = window.outside(window.offset(near), length) >= 0;
            assertThat(inside)
                    .as("address 0x%x, %d bytes, window at 0x%x", near, length, start)
                    .isEqualTo(isInside(start, near, length));
        }
    }

    private static boolean isInside(long start, long address, long length) {
        BigInteger first = unsigned(address);
        BigInteger behind = first.add(BigInteger.valueOf(length));
        BigInteger end = unsigned(start).add(BigInteger.valueOf(SIZE));
        return length > 0 && first.compareTo(unsigned(start)) >= 0 && behind.compareTo(end) <= 0;
    }

    private static BigInteger unsigned(long address) {
        return new BigInteger(Long.toUnsignedString(address));
    }

    private static GuestMemory memory(long start) {
        return GuestMemory.of(List.of(region(start)));
    }

    private static MemoryRegion region(long start) {
        return MemoryRegion.of(start, start, SIZE, (offset, length) -> ByteBuffer.allocateDirect(length));
    }
}
