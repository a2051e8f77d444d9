// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.hotbay.linux.CopyList.Ahead;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CopyListTest {
    private static final int PAGE = 4096;
    private static final int ROUNDS = 20_000;

    private final ByteBuffer source = ByteBuffer.allocateDirect(1 << 20);
    private final ByteBuffer destination = ByteBuffer.allocateDirect(1 << 20);

    @BeforeEach
    void needTheCode() {
        assumeTrue(CopyList.obstacle().isEmpty(), () -> CopyList.obstacle().orElseThrow());
        byte[] data = new byte[source.capacity()];
        new Random(1).nextBytes(data);
        source.put(0, data);
    }

    private long from(int offset) {
        return Addresses.of(source) + offset;
    }

    private long to(int offset) {
        return Addresses.of(destination) + offset;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 63, 64, 65, 511, 4096, 4097, 70_000})
    void shouldCopyPiecesOfAnyLengthAndNothingBesides(int length) {
        CopyList list = new CopyList(3);
        list.add(to(1), from(3), length, Ahead.SOURCE);
        list.add(to(100_000), from(300_001), length, Ahead.DESTINATION);
        list.add(to(200_064), from(500_000), length, Ahead.SOURCE);

        list.copy(0, 3);

        assertThat(destination.slice(1, length)).isEqualTo(source.slice(3, length));
        assertThat(destination.slice(100_000, length)).isEqualTo(source.slice(300_001, length));
        assertThat(destination.slice(200_064, length)).isEqualTo(source.slice(500_000, length));
        assertThat(destination.get(0)).isZero();
        assertThat(destination.slice(1 + length, 1000)).isEqualTo(ByteBuffer.allocate(1000));
        assertThat(destination.slice(200_064 + length, 1000)).isEqualTo(ByteBuffer.allocate(1000));
    }

    @Test
    void shouldCopyOnlyTheOnesAskedFor() {
        CopyList list = new CopyList(4);
        for (int i = 0; i < 4; i++) {
            list.add(to(i * PAGE), from(i * PAGE), PAGE, Ahead.SOURCE);
        }

        list.copy(1, 2);

        assertThat(destination.slice(0, PAGE)).isEqualTo(ByteBuffer.allocate(PAGE));
        assertThat(destination.slice(PAGE, 2 * PAGE)).isEqualTo(source.slice(PAGE, 2 * PAGE));
        assertThat(destination.slice(3 * PAGE, PAGE)).isEqualTo(ByteBuffer.allocate(PAGE));
    }

    @Test
    void shouldRefuseMoreThanItHolds() {
        CopyList list = new CopyList(1);
        list.add(to(0), from(0), 1, Ahead.SOURCE);

        assertThat(list.isFull()).isTrue();
        assertThatThrownBy(() -> list.add(to(1), from(1), 1, Ahead.SOURCE))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> list.copy(0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> list.copy(-1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        list.clear();
        assertThat(list.size()).isZero();
        assertThatThrownBy(() -> list.copy(0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    /** Again and again: the handler must be left as it was found, and the JVM's still do what it did. */
    @ParameterizedTest
    @EnumSource
    void shouldThrowWhenMemoryIsNotThere(Ahead lost) throws Exception {
        for (int round = 0; round < 20; round++) {
            try (Descriptor file = Memfd.create("fault", 2 * PAGE);
                    Mapping mapping = Mapping.of(file, 0, 2 * PAGE)) {
                file.truncate(PAGE);
                CopyList list = new CopyList(3);
                list.add(to(0), from(0), PAGE, lost);
                // begins where there is memory, and goes on where there is none
                long half = mapping.address() + PAGE / 2;
                list.add(lost == Ahead.SOURCE ? to(PAGE) : half, lost == Ahead.SOURCE ? half : from(PAGE), PAGE, lost);
                list.add(to(2 * PAGE), from(0), PAGE, lost);
                destination.put(2 * PAGE, new byte[PAGE]);

                assertThatThrownBy(() -> list.copy(0, 3)).isInstanceOf(InternalError.class);
                assertThat(list.tryCopy(0, 2)).isFalse();
                assertThat(list.tryCopy(0, 1)).isTrue();
                // those before it are copied, those behind it are not
                assertThat(destination.slice(0, PAGE)).isEqualTo(source.slice(0, PAGE));
                assertThat(destination.slice(2 * PAGE, PAGE)).isEqualTo(ByteBuffer.allocate(PAGE));
                // it says so itself: no error of the JVM is left behind
                MappingFaults.surface();

                ByteBuffer window = mapping.window(0, 2 * PAGE);
                assertThatThrownBy(() -> {
                            window.get(PAGE);
                            MappingFaults.surface();
                        })
                        .isInstanceOf(InternalError.class);
            }
        }
    }

    @Test
    void shouldFetchAheadWhereNothingIs() {
        CopyList list = new CopyList(2);
        list.add(to(0), from(0), PAGE, Ahead.SOURCE);
        list.add(to(PAGE), 0, PAGE, Ahead.SOURCE);

        list.copy(0, 1);

        assertThat(destination.slice(0, PAGE)).isEqualTo(source.slice(0, PAGE));
    }

    @Test
    void shouldAllocateNothing() {
        CopyList list = new CopyList(8);
        copyOften(list);
        long before = allocated();
        copyOften(list);
        assertThat(allocated() - before).isLessThan(ROUNDS);
    }

    private void copyOften(CopyList list) {
        for (int i = 0; i < ROUNDS; i++) {
            list.clear();
            for (int piece = 0; piece < 8; piece++) {
                list.add(to(piece * PAGE), from(piece * PAGE), PAGE, Ahead.SOURCE);
            }
            list.copy(0, 8);
        }
    }

    private static long allocated() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
