// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BlockRequestsTest {
    private static final int SLOT = 3;
    private static final int FAILING = 5;

    private long now;
    private final BlockRequests requests = new BlockRequests(8);
    private final BlockRequests timed = new BlockRequests(8, () -> this.now);
    private final IoStatistics statistics = new IoStatistics();

    private void complete(int status) {
        requests.enqueue(SLOT);
        requests.clearPending();
        requests.complete(SLOT, status);
        requests.clearCompleted();
    }

    @Test
    void shouldForgetHowASlotsFormerRequestEnded() {
        requests.prepare(SLOT, BlockType.WRITE, 0, 512, 0);
        complete(BlockStatus.ABORTED);
        assertThat(requests.status(SLOT)).isEqualTo(BlockStatus.ABORTED);

        requests.prepareWhole(SLOT, BlockType.READ, 0, 512, 0x100);
        complete(BlockStatus.OK);
        assertThat(requests.status(SLOT)).isEqualTo(BlockStatus.OK);

        requests.prepare(SLOT, BlockType.FLUSH, 0, 0, 0);
        complete(BlockStatus.IO_ERROR);
        requests.prepare(SLOT, BlockType.FLUSH, 0, 0, 0);
        complete(BlockStatus.OK);
        assertThat(requests.status(SLOT)).isEqualTo(BlockStatus.OK);
    }

    @Test
    void shouldKeepEveryPieceWhateverTheirNumber() {
        int pieces = 100;
        requests.prepare(SLOT, BlockType.WRITE, 4096, 512L * pieces, 0);
        for (int i = 0; i < pieces; i++) {
            requests.addSegment(SLOT, 0x1000L + i, 512 + i);
        }
        assertThat(requests.segments(SLOT)).isEqualTo(pieces);
        for (int i = 0; i < pieces; i++) {
            assertThat(requests.handle(SLOT, i)).isEqualTo(0x1000L + i);
            assertThat(requests.segmentLength(SLOT, i)).isEqualTo(512 + i);
        }
        complete(BlockStatus.OK);

        requests.prepareWhole(SLOT, BlockType.READ, 1L << 50, 8192, 0x7fff_ffff_0000_0001L);

        assertThat(requests.segments(SLOT)).isEqualTo(1);
        assertThat(requests.handle(SLOT, 0)).isEqualTo(0x7fff_ffff_0000_0001L);
        assertThat(requests.segmentLength(SLOT, 0)).isEqualTo(8192);
        assertThat(requests.offset(SLOT)).isEqualTo(1L << 50);
        assertThat(requests.length(SLOT)).isEqualTo(8192);
        assertThat(requests.flags(SLOT)).isZero();
    }

    @Test
    void shouldKeepTypeFlagsAndStatusApart() {
        int flags = BlockRequests.FLAG_FUA | BlockRequests.FLAG_UNMAP;
        requests.prepare(SLOT, BlockType.RESET, 0, 0, flags);
        requests.addSegment(SLOT, 1, 2);
        complete(BlockStatus.ABORTED);

        assertThat(requests.type(SLOT)).isEqualTo(BlockType.RESET);
        assertThat(requests.flags(SLOT)).isEqualTo(flags);
        assertThat(requests.status(SLOT)).isEqualTo(BlockStatus.ABORTED);
        assertThat(requests.segments(SLOT)).isEqualTo(1);
    }

    @Test
    void shouldKnowTheMostThatWereUnderWay() {
        for (int slot = 0; slot < 5; slot++) {
            requests.prepare(slot, BlockType.FLUSH, 0, 0, 0);
            requests.enqueue(slot);
        }
        for (int slot = 0; slot < 5; slot++) {
            requests.complete(slot, BlockStatus.OK);
        }
        requests.prepare(0, BlockType.FLUSH, 0, 0, 0);
        requests.enqueue(0);

        statistics.attach(requests.counters());
        assertThat(statistics.snapshot().mostInFlight()).isEqualTo(5);
    }

    // ---- latencies

    private void enqueue(int slot, int type) {
        timed.prepare(slot, type, 0, 512, 0);
        timed.enqueue(slot);
    }

    private void measure(int... slots) {
        timed.clearPending();
        for (int slot : slots) {
            timed.complete(slot, slot == FAILING ? BlockStatus.IO_ERROR : BlockStatus.OK);
        }
        timed.measure();
        timed.clearCompleted();
    }

    private void takeAt(long time) {
        now = time;
        timed.taken();
    }

    private void assertLatencies(int type, long count, long longest) {
        LatencyHistogram histogram = statistics.snapshot().latencies().get(type);
        assertThat(histogram.count()).as("requests of type %d", type).isEqualTo(count);
        assertThat(histogram.longest()).as("the longest of type %d", type).isEqualTo(longest);
    }

    @BeforeEach
    void measureLatencies() {
        timed.counters().measure(true);
        statistics.attach(timed.counters());
    }

    @Test
    void shouldNoteEachTypeOfABatch() {
        takeAt(100);
        enqueue(0, BlockType.READ);
        enqueue(1, BlockType.READ);
        enqueue(2, BlockType.WRITE);
        enqueue(3, BlockType.READ);
        now = 110;
        measure(0, 1, 2, 3);

        assertLatencies(BlockType.READ, 3, 10);
        assertLatencies(BlockType.WRITE, 1, 10);
    }

    @Test
    void shouldNoteThoseThatFailedAmongTheOthers() {
        takeAt(100);
        enqueue(0, BlockType.READ);
        enqueue(FAILING, BlockType.READ);
        enqueue(2, BlockType.READ);
        now = 110;
        measure(0, FAILING, 2);

        assertLatencies(BlockType.READ, 3, 10);
    }

    @Test
    void shouldKnowWhichBeganWhen() {
        takeAt(100);
        enqueue(0, BlockType.READ);
        takeAt(105);
        enqueue(1, BlockType.READ);
        now = 110;
        measure(1);
        assertLatencies(BlockType.READ, 1, 5);
        now = 112;
        measure(0);
        assertLatencies(BlockType.READ, 2, 12);
    }

    @Test
    void shouldCountWhatWasAlreadyUnderWayByItsOwnBeginning() {
        takeAt(100);
        enqueue(0, BlockType.WRITE);
        takeAt(107);
        enqueue(1, BlockType.WRITE);
        enqueue(2, BlockType.WRITE);
        now = 110;
        measure(1, 2, 0);

        assertLatencies(BlockType.WRITE, 3, 10);
        LatencyHistogram writes = statistics.snapshot().latencies().get(BlockType.WRITE);
        assertThat(writes.countUpTo(3)).as("those of the second batch").isEqualTo(2);
    }

    @Test
    void shouldBeginWithTheEndOfThePartBefore() {
        takeAt(100);
        enqueue(0, BlockType.READ);
        now = 110;
        measure(0);
        enqueue(1, BlockType.READ);
        now = 113;
        measure(1);

        assertLatencies(BlockType.READ, 2, 10);
        assertThat(statistics.snapshot().latencies().get(BlockType.READ).countUpTo(3))
                .isEqualTo(1);
    }
}
