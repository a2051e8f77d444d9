// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BlockRequestsTest {
    private static final int SLOT = 3;

    private final BlockRequests requests = new BlockRequests(8);

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

        IoStatistics statistics = new IoStatistics();
        statistics.attach(requests.counters());
        assertThat(statistics.snapshot().mostInFlight()).isEqualTo(5);
    }
}
