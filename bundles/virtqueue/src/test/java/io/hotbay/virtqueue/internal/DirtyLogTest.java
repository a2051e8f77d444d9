// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.readable;
import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.writable;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.memory.DirtyLog;
import io.hotbay.virtio.OwnedVirtqueue;
import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtio.VirtqueueSetup;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is noted for a live migration, and when. */
class DirtyLogTest {
    private static final int SIZE = 4;
    private static final long RING = 0x1000;
    private static final long DATA = 0x8000;
    /** Not where the used ring is, so that it shows which of both was taken. */
    private static final long USED_LOG = 0x7_0000;

    private static final long SECOND = 0x10000;

    private record Mark(long address, long length) {}

    /** Remembers the marks, and what the driver could see at each. */
    private final class Recorder implements DirtyLog {
        @Override
        public void mark(long guestAddress, long length) {
            marks.add(new Mark(guestAddress, length));
            visible.add(driver.hasUsed());
        }
    }

    private final GuestRam ram = GuestRam.of((int) SECOND).region(SECOND, 4096);
    private RingDriver driver;
    private final List<Mark> marks = new ArrayList<>();
    private final List<Boolean> visible = new ArrayList<>();
    private final int[] heads = new int[SIZE];

    private OwnedVirtqueue open(long features, long usedLogAddress) {
        driver = RingDriver.of(ram, RING, SIZE, features, 0);
        return reopen(null, usedLogAddress);
    }

    private OwnedVirtqueue reopen(ByteBuffer region, long usedLogAddress) {
        return new GuestVirtqueueFactory().open(driver.setup(ram.memory(), region, new Recorder(), usedLogAddress));
    }

    private void runThree(OwnedVirtqueue queue) {
        driver.submit(readable(DATA, 16), writable(SECOND - 100, 4000));
        driver.submit(writable(0x50_0000, 512), writable(0xa000, 1));
        queue.fetch(heads, SIZE);
        assertThat(marks).isEmpty();
        queue.complete(heads[1], 1);
        queue.complete(heads[0], 0);
    }

    private static final List<Mark> BUFFERS =
            List.of(new Mark(0xa000, 1), new Mark(SECOND - 100, 100), new Mark(SECOND, 3900));

    @Test
    void shouldNoteTheWritableBuffersBeforeTheCompletionIsPublished() {
        OwnedVirtqueue queue = open(VirtioFeatures.VERSION_1, VirtqueueSetup.USED_NOT_LOGGED);
        runThree(queue);
        assertThat(marks).isEqualTo(BUFFERS);

        queue.publish();
        queue.arm();
        queue.disarm();

        assertThat(marks).isEqualTo(BUFFERS);
        assertThat(visible).doesNotContain(true);
    }

    @Test
    void shouldNoteTheBuffersOfAPackedRingToo() {
        OwnedVirtqueue queue = open(
                VirtioFeatures.VERSION_1 | VirtioFeatures.RING_PACKED | VirtioFeatures.INDIRECT_DESC,
                VirtqueueSetup.USED_NOT_LOGGED);
        driver.submitIndirect(0x6000, readable(DATA, 16), writable(SECOND - 100, 4000));
        driver.submit(writable(0x50_0000, 512), writable(0xa000, 1));
        queue.fetch(heads, SIZE);
        queue.complete(heads[1], 1);
        queue.complete(heads[0], 0);
        queue.publish();
        queue.arm();

        assertThat(marks).isEqualTo(BUFFERS);
        assertThat(visible).doesNotContain(true);
    }

    @Test
    void shouldNoteTheBuffersOfAChainThatABrokenRingCannotAnswer() {
        OwnedVirtqueue queue = open(VirtioFeatures.VERSION_1, USED_LOG);
        driver.submit(writable(0xa000, 1));
        queue.fetch(heads, SIZE);
        queue.fail("broken");

        queue.complete(heads[0], 1);
        queue.publish();

        assertThat(marks).containsExactly(new Mark(0xa000, 1));
    }

    @Test
    void shouldNoteTheUsedRingWhereTheFrontEndSaysElementsFirst() {
        OwnedVirtqueue queue = open(VirtioFeatures.VERSION_1, USED_LOG);
        runThree(queue);
        marks.clear();
        visible.clear();

        queue.publish();

        assertThat(marks).containsExactly(new Mark(USED_LOG + 4, 16), new Mark(USED_LOG + 2, 2));
        assertThat(visible).containsExactly(false, true);
        marks.clear();
        queue.disarm();
        queue.arm();
        assertThat(marks).containsExactly(new Mark(USED_LOG, 2), new Mark(USED_LOG, 2));
    }

    @Test
    void shouldNoteElementsOnBothSidesOfTheEndOfTheUsedRing() {
        OwnedVirtqueue queue = open(VirtioFeatures.VERSION_1 | VirtioFeatures.EVENT_IDX, USED_LOG);
        for (int i = 0; i < 3; i++) {
            driver.submit(readable(DATA, 1));
        }
        queue.fetch(heads, SIZE);
        for (int i = 0; i < 3; i++) {
            queue.complete(heads[i], 0);
        }
        queue.publish();
        driver.collect();
        for (int i = 0; i < 3; i++) {
            driver.submit(readable(DATA, 1));
        }
        queue.fetch(heads, SIZE);
        for (int i = 0; i < 3; i++) {
            queue.complete(heads[i], 0);
        }
        marks.clear();

        queue.publish();

        assertThat(marks)
                .containsExactly(
                        new Mark(USED_LOG + 4 + 8 * 3, 8), new Mark(USED_LOG + 4, 16), new Mark(USED_LOG + 2, 2));
        marks.clear();
        queue.disarm();
        assertThat(marks).isEmpty();
        queue.arm();
        assertThat(marks).containsExactly(new Mark(USED_LOG + 4 + 8 * SIZE, 2));
    }

    @Test
    void shouldNoteTheSlotsOfAPackedRingWhereTheyAre() {
        OwnedVirtqueue queue = open(VirtioFeatures.VERSION_1 | VirtioFeatures.RING_PACKED, USED_LOG);
        driver.submit(readable(DATA, 1), readable(DATA, 1));
        driver.submit(readable(DATA, 1));
        queue.fetch(heads, SIZE);

        queue.complete(heads[0], 0);
        queue.complete(heads[1], 0);
        queue.publish();

        assertThat(marks).containsExactly(new Mark(RING + 32, 16), new Mark(RING, 16));
        assertThat(visible).containsExactly(false, true);
        marks.clear();
        queue.disarm();
        queue.arm();
        long deviceEvents = RING + 16 * SIZE + 4;
        assertThat(marks).containsExactly(new Mark(deviceEvents, 4), new Mark(deviceEvents, 4));
    }

    @Test
    void shouldNoteTheSlotsThatARecoveryMayHaveTakenBack() {
        open(VirtioFeatures.VERSION_1 | VirtioFeatures.RING_PACKED, USED_LOG);
        ByteBuffer region = ByteBuffer.allocateDirect(32 + 32 * SIZE);
        driver.submit(readable(DATA, 1));
        driver.submit(readable(DATA, 1));
        reopen(region, USED_LOG).fetch(heads, SIZE);
        assertThat(marks).isEmpty();

        reopen(region, USED_LOG);

        assertThat(marks).containsExactly(new Mark(RING, 16), new Mark(RING + 16, 16));
    }
}
