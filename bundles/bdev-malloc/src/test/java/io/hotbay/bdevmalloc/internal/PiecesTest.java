// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevmalloc.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.linux.CopyList;
import io.hotbay.memory.GuestMemory;
import io.hotbay.memory.MemoryRegion;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both ways to copy, on a store of two windows: a sparse file, so that only what is touched takes memory. */
class PiecesTest {
    private static final long BOUNDARY = MemoryRegion.STRIDE;
    private static final int TAIL = 1 << 20;
    private static final int GUEST_SIZE = 1 << 20;

    @TempDir
    private Path directory;

    private final ByteBuffer guest = ByteBuffer.allocateDirect(GUEST_SIZE);
    private GuestMemory memory = memory(guest);
    private LeasedStore store;

    static List<Function<LeasedStore, Pieces>> ways() {
        return CopyList.obstacle().isEmpty() ? List.of(NativePieces::new, PlainPieces::new) : List.of(PlainPieces::new);
    }

    private static GuestMemory memory(ByteBuffer buffer) {
        return GuestMemory.of(List.of(MemoryRegion.of(0, 0, GUEST_SIZE, (offset, length) -> buffer.duplicate())));
    }

    @BeforeEach
    void map() throws Exception {
        store = new LeasedStore(new LeasedStoreTest.Lease(LeasedStoreTest.windows(directory)));
        byte[] data = new byte[GUEST_SIZE];
        new Random(1).nextBytes(data);
        guest.put(0, data);
    }

    private byte[] guest(int offset, int length) {
        byte[] bytes = new byte[length];
        guest.get(offset, bytes);
        return bytes;
    }

    private byte[] store(long position, int length) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(length);
        store.read(position, buffer, 0, length);
        byte[] bytes = new byte[length];
        buffer.get(bytes);
        return bytes;
    }

    @ParameterizedTest
    @MethodSource("ways")
    void shouldCopyInBothDirectionsAndOverTheEdgeOfAWindow(Function<LeasedStore, Pieces> way) {
        Pieces pieces = way.apply(store);
        long edge = BOUNDARY - 1536;
        pieces.add(memory, GuestMemory.handle(0, 100), edge, 4096, false);
        pieces.add(memory, GuestMemory.handle(0, 8192), 0, 512, false);
        pieces.add(memory, GuestMemory.handle(0, 500_001), edge + 512, 3072, true);

        pieces.copy(0, pieces.size());

        assertThat(store(edge, 4096)).isEqualTo(guest(100, 4096));
        assertThat(store(edge - 512, 512)).isEqualTo(new byte[512]);
        assertThat(store(edge + 4096, 512)).isEqualTo(new byte[512]);
        assertThat(store(0, 512)).isEqualTo(guest(8192, 512));
        assertThat(guest(500_001, 3072)).isEqualTo(guest(612, 3072));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void shouldCopyOnlyTheOnesAskedForAndForgetThem(Function<LeasedStore, Pieces> way) {
        Pieces pieces = way.apply(store);
        for (int i = 0; i < 4; i++) {
            pieces.add(memory, GuestMemory.handle(0, 4096 * i), 4096L * i, 4096, false);
        }

        pieces.copy(1, 2);

        assertThat(store(0, 4096)).isEqualTo(new byte[4096]);
        assertThat(store(4096, 8192)).isEqualTo(guest(4096, 8192));
        assertThat(store(3 * 4096, 4096)).isEqualTo(new byte[4096]);
        pieces.clear();
        assertThat(pieces.size()).isZero();
        assertThat(pieces.isFull()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void shouldBeFullSomeTime(Function<LeasedStore, Pieces> way) {
        Pieces pieces = way.apply(store);
        int added = 0;
        while (!pieces.isFull()) {
            // each lies in two windows
            pieces.add(memory, GuestMemory.handle(0, 1024 * added), BOUNDARY - 512, 1024, true);
            added++;
        }
        pieces.copy(0, pieces.size());
        assertThat(added).isGreaterThanOrEqualTo(Pieces.ROOM / 2);
        assertThat(guest(0, 1024 * added)).isEqualTo(new byte[1024 * added]);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void shouldFollowGuestMemoryThatWasReplaced(Function<LeasedStore, Pieces> way) {
        Pieces pieces = way.apply(store);
        pieces.add(memory, GuestMemory.handle(0, 0), 0, 4096, false);
        pieces.copy(0, 1);
        pieces.clear();
        byte[] written = guest(0, 4096);
        ByteBuffer other = ByteBuffer.allocateDirect(GUEST_SIZE);
        memory = memory(other);

        pieces.add(memory, GuestMemory.handle(0, 0), 0, 4096, true);
        pieces.copy(0, 1);

        byte[] read = new byte[4096];
        other.get(read);
        assertThat(read).isEqualTo(written);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void shouldRefuseWhatLiesOutside(Function<LeasedStore, Pieces> way) {
        refuse(way, GUEST_SIZE - 511, 0);
        refuse(way, -1, 0);
        refuse(way, 0, BOUNDARY + TAIL - 511);
        refuse(way, 0, -512);
    }

    private void refuse(Function<LeasedStore, Pieces> way, int offset, long position) {
        Pieces pieces = way.apply(store);
        assertThatThrownBy(() -> {
                    pieces.add(memory, GuestMemory.handle(0, 0) + offset, position, 512, true);
                    pieces.copy(0, 1);
                })
                .isInstanceOf(IndexOutOfBoundsException.class);
    }
}
