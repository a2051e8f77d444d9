// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.readable;
import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.writable;
import static io.hotbay.virtqueue.internal.SplitDriver.INDIRECT;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.memory.GuestMemory;
import io.hotbay.memory.MemoryRegion;
import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtqueue.internal.SplitDriver.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How buffers become segments, wherever they lie. */
class SegmentTest {
    private static final long FEATURES = VirtioFeatures.VERSION_1 | VirtioFeatures.INDIRECT_DESC;
    private static final long RING = 0x1000;
    private static final int SIZE = 1 << 16;
    /** A second region right behind the first, and a third one behind a gap. */
    private static final long SECOND = SIZE;

    private static final long THIRD = 0x100000;

    private final GuestRam ram = GuestRam.of(SIZE).region(SECOND, SIZE).region(THIRD, SIZE);
    private final SplitDriver driver = new SplitDriver(ram, RING, 16, FEATURES);
    private final SplitVirtqueue queue = driver.open();
    private final int[] heads = new int[16];

    private int fetchOne() {
        assertThat(queue.fetch(heads, 16)).as(queue.fault()).isEqualTo(1);
        return heads[0];
    }

    private void assertSegment(int head, int segment, long handle, int length) {
        assertThat(queue.handle(head, segment))
                .as("handle of segment %d", segment)
                .isEqualTo(handle);
        assertThat(queue.length(head, segment))
                .as("length of segment %d", segment)
                .isEqualTo(length);
    }

    @Test
    void shouldSplitABufferThatCrossesRegions() {
        driver.submit(readable(SECOND - 10, 16), writable(SECOND - 1, SIZE + 1));
        int head = fetchOne();

        assertThat(queue.segments(head)).isEqualTo(4);
        assertThat(queue.readableSegments(head)).isEqualTo(2);
        assertThat(queue.hasFault(head)).isFalse();
        assertSegment(head, 0, GuestMemory.handle(0, SIZE - 10), 10);
        assertSegment(head, 1, GuestMemory.handle(1, 0), 6);
        assertSegment(head, 2, GuestMemory.handle(0, SIZE - 1), 1);
        assertSegment(head, 3, GuestMemory.handle(1, 0), SIZE);
    }

    @Test
    void shouldSplitABufferThatLeavesTheRegionHitLast() {
        driver.submit(readable(SECOND - 100, 16), writable(SECOND - 10, 16));
        int head = fetchOne();

        assertThat(queue.segments(head)).isEqualTo(3);
        assertSegment(head, 1, GuestMemory.handle(0, SIZE - 10), 10);
        assertSegment(head, 2, GuestMemory.handle(1, 0), 6);
    }

    @Test
    void shouldUseEachRegionToItsLastByte() {
        driver.submit(readable(THIRD + SIZE - 1, 1), writable(THIRD, SIZE));
        int head = fetchOne();

        assertThat(queue.segments(head)).isEqualTo(2);
        assertThat(queue.hasFault(head)).isFalse();
        assertSegment(head, 0, GuestMemory.handle(2, SIZE - 1), 1);
        assertSegment(head, 1, GuestMemory.handle(2, 0), SIZE);
    }

    @Test
    void shouldLeaveEmptyBuffersOut() {
        driver.submit(
                readable(0, 0),
                readable(0x8000, 16),
                readable(-1, 0),
                writable(0x9000, 0),
                writable(0x9000, 1),
                readable(THIRD, 0));
        int head = fetchOne();

        assertThat(queue.segments(head)).isEqualTo(2);
        assertThat(queue.readableSegments(head)).isEqualTo(1);
        assertThat(queue.hasFault(head)).isFalse();
        assertSegment(head, 0, GuestMemory.handle(0, 0x8000), 16);
        assertSegment(head, 1, GuestMemory.handle(0, 0x9000), 1);
    }

    @Test
    void shouldHandOutAChainOfEmptyBuffersOnly() {
        driver.submit(readable(0x8000, 0), writable(0x8000, 0));
        int head = fetchOne();

        assertThat(queue.segments(head)).isZero();
        assertThat(queue.readableSegments(head)).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "0x20000, 512",
        "0xfffff, 1",
        "0x110000, 4096",
        "0x7fffffffffffffff, 16",
        "-1, 1",
        "-4096, 8192",
        "-9223372036854775808, 16"
    })
    void shouldMarkABufferOutsideMemoryAndKeepTheReachableStatusByte(String address, long length) {
        driver.submit(readable(0x8000, 16), writable(Long.decode(address), length), writable(0x9000, 1));
        int head = fetchOne();

        assertThat(queue.fault()).isNull();
        assertThat(queue.hasFault(head)).isTrue();
        assertThat(queue.segments(head)).isEqualTo(3);
        assertSegment(head, 0, GuestMemory.handle(0, 0x8000), 16);
        assertSegment(head, 1, GuestMemory.NONE, (int) length);
        assertSegment(head, 2, GuestMemory.handle(0, 0x9000), 1);
    }

    @Test
    void shouldMarkThePartOfABufferBehindTheEndOfMemory() {
        driver.submit(readable(THIRD + SIZE - 8, 16), writable(0x9000, 1));
        int head = fetchOne();

        assertThat(queue.hasFault(head)).isTrue();
        assertThat(queue.readableSegments(head)).isEqualTo(2);
        assertSegment(head, 0, GuestMemory.handle(2, SIZE - 8), 8);
        assertSegment(head, 1, GuestMemory.NONE, 8);
        assertSegment(head, 2, GuestMemory.handle(0, 0x9000), 1);
    }

    @Test
    void shouldForgetTheFaultWithTheChain() {
        int bad = driver.submit(writable(0x20000, 1));
        assertThat(queue.hasFault(fetchOne())).isTrue();
        queue.complete(bad, 0);

        driver.descriptor(bad, 0x8000, 1, SplitDriver.WRITE, 0);
        driver.expose(bad);

        assertThat(queue.hasFault(fetchOne())).isFalse();
    }

    @Test
    void shouldTakeALengthOfFourGigabytesAsUnsigned() {
        driver.submit(writable(THIRD, 0xffff_ffffL));
        int head = fetchOne();

        assertThat(queue.hasFault(head)).isTrue();
        assertSegment(head, 0, GuestMemory.handle(2, 0), SIZE);
        long sum = 0;
        for (int i = 0; i < queue.segments(head); i++) {
            assertThat(queue.length(head, i)).isPositive();
            sum += queue.length(head, i);
        }
        assertThat(sum).isEqualTo(0xffff_ffffL);
    }

    @Test
    void shouldSplitAHugeBufferAtWindows(@TempDir Path directory) throws IOException {
        long size = 5L << 30;
        long start = 0x1_0000_0000L;
        try (FileChannel file = FileChannel.open(
                directory.resolve("sparse"),
                StandardOpenOption.CREATE,
                StandardOpenOption.SPARSE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE)) {
            ram.region(
                    MemoryRegion.of(start, GuestRam.USER + start, size, (offset, length) -> map(file, offset, length)));
            queue.relocate(ram.memory());
            driver.submit(writable(start + 100, 0xffff_ffffL), writable(start + MemoryRegion.STRIDE - 1, 2));
            int head = fetchOne();

            assertThat(queue.hasFault(head)).isFalse();
            long next = start + 100;
            int segments = queue.segments(head);
            for (int i = 0; i < segments - 1; i++) {
                assertThat(queue.handle(head, i)).isEqualTo(queue.memory().translate(next, -1));
                next += queue.length(head, i);
            }
            assertThat(next).isEqualTo(start + 100 + 0xffff_ffffL);
            assertThat(segments - 1).isBetween(4, 5);
            assertSegment(head, segments - 1, GuestMemory.handle(3, MemoryRegion.STRIDE - 1), 2);
        }
    }

    private static ByteBuffer map(FileChannel file, long offset, int length) {
        try {
            return file.map(MapMode.READ_WRITE, offset, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldReadAnIndirectTableThatCrossesRegions() {
        // The boundary lies in the middle of the second descriptor.
        long table = SECOND - 24;
        int head = driver.layIndirect(
                table, readable(0x8000, 16), writable(0x9000, 512), writable(THIRD, 512), writable(0x8010, 1));
        driver.expose(head);

        assertThat(fetchOne()).isEqualTo(head);

        assertThat(queue.segments(head)).isEqualTo(4);
        assertThat(queue.readableSegments(head)).isEqualTo(1);
        assertSegment(head, 0, GuestMemory.handle(0, 0x8000), 16);
        assertSegment(head, 1, GuestMemory.handle(0, 0x9000), 512);
        assertSegment(head, 2, GuestMemory.handle(2, 0), 512);
        assertSegment(head, 3, GuestMemory.handle(0, 0x8010), 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 7, 8, 12})
    void shouldReadAnIndirectTableWhereverItBegins(int offset) {
        int first = driver.expose(
                driver.layIndirect(0x8000 + offset, readable(0xa000, 16), writable(0xb000, 512), writable(0xc000, 1)));
        int second = driver.expose(driver.layIndirect(THIRD, readable(0xa010, 16), writable(0xb200, 512)));

        assertThat(queue.fetch(heads, 16)).isEqualTo(2);

        assertThat(queue.segments(first)).isEqualTo(3);
        assertSegment(first, 0, GuestMemory.handle(0, 0xa000), 16);
        assertSegment(first, 1, GuestMemory.handle(0, 0xb000), 512);
        assertSegment(first, 2, GuestMemory.handle(0, 0xc000), 1);
        assertThat(queue.segments(second)).isEqualTo(2);
        assertSegment(second, 0, GuestMemory.handle(0, 0xa010), 16);
        assertSegment(second, 1, GuestMemory.handle(0, 0xb200), 512);
    }

    @Test
    void shouldReadOneTableAfterAnother() {
        int crossing = driver.expose(driver.layIndirect(SECOND - 8, readable(0x8000, 1), writable(0x9000, 2)));
        int plain = driver.expose(driver.layIndirect(THIRD, readable(0xa000, 3), writable(0xb000, 4)));
        int direct = driver.submit(readable(0xc000, 5), writable(0xd000, 6));

        assertThat(queue.fetch(heads, 16)).isEqualTo(3);

        assertSegment(crossing, 0, GuestMemory.handle(0, 0x8000), 1);
        assertSegment(crossing, 1, GuestMemory.handle(0, 0x9000), 2);
        assertSegment(plain, 0, GuestMemory.handle(0, 0xa000), 3);
        assertSegment(plain, 1, GuestMemory.handle(0, 0xb000), 4);
        assertSegment(direct, 0, GuestMemory.handle(0, 0xc000), 5);
        assertSegment(direct, 1, GuestMemory.handle(0, 0xd000), 6);
    }

    @Test
    void shouldFollowTheNextFieldsInsideATable() {
        int head = driver.layIndirect(0x8000, readable(1, 1), readable(2, 2), writable(3, 3));
        driver.descriptorAt(0x8000, 0xa000, 1, SplitDriver.NEXT, 2);
        driver.descriptorAt(0x8020, 0xb000, 2, SplitDriver.NEXT, 1);
        driver.descriptorAt(0x8010, 0xc000, 3, SplitDriver.WRITE, 0);
        driver.expose(head);

        assertThat(fetchOne()).isEqualTo(head);

        assertSegment(head, 0, GuestMemory.handle(0, 0xa000), 1);
        assertSegment(head, 1, GuestMemory.handle(0, 0xb000), 2);
        assertSegment(head, 2, GuestMemory.handle(0, 0xc000), 3);
    }

    @Test
    void shouldJoinDirectDescriptorsWithTheTableBehindThem() {
        driver.layIndirect(0x8000, writable(0xb000, 3), writable(0xc000, 1));
        driver.descriptor(5, 0xa000, 16, SplitDriver.NEXT, 6);
        driver.descriptor(6, 0x8000, 32, INDIRECT, 0);
        driver.expose(5);

        assertThat(fetchOne()).isEqualTo(5);

        assertThat(queue.segments(5)).isEqualTo(3);
        assertThat(queue.readableSegments(5)).isEqualTo(1);
        assertSegment(5, 0, GuestMemory.handle(0, 0xa000), 16);
        assertSegment(5, 2, GuestMemory.handle(0, 0xc000), 1);
    }

    @Test
    void shouldBreakWhenOneChainHasTooManySegments() {
        int regions = 300;
        GuestRam crumbs = new GuestRam();
        for (int i = 0; i < regions; i++) {
            crumbs.region(64L * 1024 * i, 64 * 1024);
        }
        SplitDriver small = new SplitDriver(crumbs, RING, 16, FEATURES);
        SplitVirtqueue other = small.open();
        Buffer[] buffers = new Buffer[1024];
        Arrays.fill(buffers, readable(0, 64L * 1024 * regions));
        small.expose(small.layIndirect(0x8000, buffers));

        assertThat(other.fetch(heads, 16)).isZero();
        assertThat(other.fault()).contains("segments");
        assertThat(other.inFlight()).isZero();
    }

    @Test
    void shouldLetChainsWaitWhileThoseInFlightHoldTooManySegments() {
        int size = 512;
        int entries = 1024;
        int limit = ChainTable.OVERFLOW_LIMIT / entries;
        SplitDriver large = new SplitDriver(ram, RING, size, FEATURES);
        SplitVirtqueue other = large.open();
        Buffer[] buffers = new Buffer[entries];
        Arrays.fill(buffers, writable(THIRD, 1));
        for (int i = 0; i < size; i++) {
            large.expose(large.layIndirect(0x8000, buffers));
        }
        int[] all = new int[size];

        assertThat(other.fetch(all, size)).isEqualTo(limit);
        assertThat(other.fetch(new int[1], 1)).isZero();
        assertThat(other.fault()).isNull();
        assertThat(other.arm()).as("nothing left to do").isFalse();
        for (int i = 0; i < limit; i++) {
            other.complete(all[i], 0);
        }
        other.publish();

        assertThat(large.collect()).hasSize(limit);
        assertThat(other.fetch(all, size)).isEqualTo(size - limit);
        assertThat(other.segments(all[0])).isEqualTo(entries);
        assertThat(other.handle(all[0], entries - 1)).isEqualTo(GuestMemory.handle(2, 0));
    }
}
