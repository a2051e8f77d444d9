// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevmalloc.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.memory.MemoryLease;
import io.hotbay.memory.MemoryRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a lease of two windows: a sparse file, so that only what is touched takes memory. */
class LeasedStoreTest {
    private static final long BOUNDARY = MemoryRegion.STRIDE;
    private static final int TAIL = 1 << 20;

    @TempDir
    private Path directory;

    private List<ByteBuffer> windows;
    private LeasedStore store;

    record Lease(List<? extends ByteBuffer> buffers) implements MemoryLease {
        @Override
        public String name() {
            return "bdev-Large";
        }

        @Override
        public long size() {
            return BOUNDARY + TAIL;
        }

        @Override
        public long pageSize() {
            return 4096;
        }

        @Override
        public int node() {
            return -1;
        }

        @Override
        public int windows() {
            return buffers.size();
        }

        @Override
        public ByteBuffer window(int index) {
            return buffers.get(index);
        }
    }

    @BeforeEach
    void map() throws IOException {
        windows = windows(directory);
        store = new LeasedStore(new Lease(windows));
    }

    /** Both windows of a new lease. */
    static List<ByteBuffer> windows(Path directory) throws IOException {
        try (FileChannel file = FileChannel.open(
                directory.resolve("lease"),
                StandardOpenOption.CREATE,
                StandardOpenOption.SPARSE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            return List.of(file.map(MapMode.READ_WRITE, 0, BOUNDARY), file.map(MapMode.READ_WRITE, BOUNDARY, TAIL));
        }
    }

    private static ByteBuffer pattern(int length) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(length);
        for (int i = 0; i < length; i++) {
            buffer.put(i, (byte) (i * 31 + 7));
        }
        return buffer;
    }

    @Test
    void shouldSplitAWriteAtTheEndOfAWindow() {
        ByteBuffer data = pattern(8192);
        store.write(BOUNDARY - 512, data, 0, 8192);
        assertThat(windows.get(0).slice((int) BOUNDARY - 512, 512)).isEqualTo(data.slice(0, 512));
        assertThat(windows.get(1).slice(0, 7680)).isEqualTo(data.slice(512, 7680));
        assertThat(windows.get(1).get(7680)).isZero();
        assertThat(windows.get(0).get((int) BOUNDARY - 513)).isZero();
    }

    @Test
    void shouldJoinAReadOverTwoWindows() {
        ByteBuffer data = pattern(4096);
        store.write(BOUNDARY - 4096, data, 0, 4096);
        store.write(BOUNDARY, data, 0, 4096);
        ByteBuffer buffer = ByteBuffer.allocateDirect(10_000);
        store.read(BOUNDARY - 4096, buffer, 100, 8192);
        assertThat(buffer.slice(100, 4096)).isEqualTo(data);
        assertThat(buffer.slice(4196, 4096)).isEqualTo(data);
        assertThat(buffer.get(99)).isZero();
        assertThat(buffer.get(8292)).isZero();
    }

    @Test
    void shouldReadAndWriteTheLastByte() {
        ByteBuffer data = pattern(4096);
        store.write(BOUNDARY + TAIL - 4096, data, 0, 4096);
        ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
        store.read(BOUNDARY + TAIL - 4096, buffer, 0, 4096);
        assertThat(buffer).isEqualTo(data);
        assertThat(windows.get(1).get(TAIL - 1)).isEqualTo(data.get(4095));
    }

    @Test
    void shouldClearARangeOverTwoWindowsAndNoByteMore() {
        int length = 300 * 1024;
        ByteBuffer ones = ByteBuffer.allocateDirect(length + 1024);
        for (int i = 0; i < ones.capacity(); i++) {
            ones.put(i, (byte) -1);
        }
        store.write(BOUNDARY - 100 * 1024 - 512, ones, 0, length + 1024);
        store.clear(BOUNDARY - 100 * 1024, length);
        ByteBuffer buffer = ByteBuffer.allocateDirect(length + 1024);
        store.read(BOUNDARY - 100 * 1024 - 512, buffer, 0, length + 1024);
        assertThat(buffer.slice(0, 512)).isEqualTo(ones.slice(0, 512));
        assertThat(buffer.slice(512, length)).isEqualTo(ByteBuffer.allocate(length));
        assertThat(buffer.slice(512 + length, 512)).isEqualTo(ones.slice(0, 512));
    }

    @Test
    void shouldFetchAheadOnlyWhatThereIs() {
        // requests that are still unchecked are fetched ahead too
        long end = BOUNDARY + TAIL;
        windows.get(0).put((int) BOUNDARY - 1024 + 64, (byte) 3);
        windows.get(1).put(TAIL - 1, (byte) 5);
        assertThat(store.touch(BOUNDARY - 1024, 4096)).isEqualTo(3);
        assertThat(store.announce(end - 1)).isEqualTo(5);
        for (long position : new long[] {BOUNDARY - 512, end - 512, end, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
            for (long length : new long[] {0, 512, 4096, Long.MAX_VALUE}) {
                assertThat(store.touch(position, length)).isZero();
            }
        }
        for (long position : new long[] {0, BOUNDARY, end, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
            assertThat(store.announce(position)).isZero();
        }
    }
}
