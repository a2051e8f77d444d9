// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.readable;
import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.writable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtio.VirtqueueSetup;
import io.hotbay.virtqueue.internal.SplitDriver.Used;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a split ring's in-flight region holds, and what the next process makes of it; {@link KilledProcessTest} has the kills. */
class SplitRecoveryTest {
    private static final int SIZE = 8;
    private static final long RING = 0x1000;
    private static final long DATA = 0x8000;

    private final GuestRam ram = GuestRam.of(1 << 16);
    private SplitDriver driver = new SplitDriver(ram, RING, SIZE, VirtioFeatures.VERSION_1);
    private ByteBuffer region = region(SIZE);
    private final int[] heads = new int[64];
    /** Heads made available and not yet seen used, in their order. */
    private final List<Integer> waiting = new ArrayList<>();

    private static ByteBuffer region(int size) {
        return ByteBuffer.allocateDirect(16 + 16 * size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private SplitVirtqueue open() {
        return new SplitVirtqueue(driver.setup(region));
    }

    private VirtqueueSetup withBase(int base) {
        VirtqueueSetup setup = driver.setup(region);
        return new VirtqueueSetup(
                0,
                SIZE,
                setup.descriptorAddress(),
                setup.availableAddress(),
                setup.usedAddress(),
                base,
                setup.features(),
                setup.memory(),
                region,
                null,
                VirtqueueSetup.USED_NOT_LOGGED);
    }

    private void submit(int count) {
        for (int i = 0; i < count; i++) {
            waiting.add(driver.submit(readable(DATA, 16), writable(DATA + 16, 1)));
        }
    }

    /** The driver takes what it sees used; each of those must have been waited for. */
    private void collect() {
        for (Used used : driver.collect()) {
            assertThat(waiting.remove((Integer) used.id()))
                    .as("head %d was waited for", used.id())
                    .isTrue();
        }
    }

    /** A process takes chains, and is killed when they had to be marked. */
    private void leaveMarked(int count) {
        submit(count);
        open().fetch(heads, count);
        mark(count);
    }

    private void mark(int count) {
        for (int i = 0; i < count; i++) {
            region.put(16 + 16 * heads[i], (byte) 1).putLong(16 + 16 * heads[i] + 8, i);
        }
    }

    // ---- the layout

    @Test
    void shouldSetUpAnUnusedRegion() {
        driver.startAt(500);
        region.put(16, (byte) 1).put(16 + 7 * 16, (byte) 9);

        SplitVirtqueue queue = open();

        assertThat(region.getLong(0)).as("features").isZero();
        assertThat(region.getShort(8)).as("version").isEqualTo((short) 1);
        assertThat(region.getShort(10)).as("desc_num").isEqualTo((short) SIZE);
        assertThat(region.getShort(14)).as("used_idx").isEqualTo((short) 500);
        assertThat(region.get(16)).as("inflight of head 0").isZero();
        assertThat(region.get(16 + 7 * 16)).as("inflight of head 7").isZero();
        assertThat(queue.base()).isEqualTo(500);
    }

    @Test
    void shouldLayTheRegionOutAsDpdkDoes() {
        SplitVirtqueue queue = open();
        submit(3);
        queue.fetch(heads, SIZE);
        int first = heads[0];
        int second = heads[1];
        int third = heads[2];
        queue.complete(second, 1);
        queue.complete(first, 1);
        assertThat(region.getShort(14)).as("used_idx").isZero();

        queue.publish();

        assertThat(region.getLong(16 + 16 * third + 8)).as("counter").isEqualTo(2);
        assertThat(region.get(16 + 16 * first)).as("inflight").isZero();
        assertThat(region.get(16 + 16 * second)).as("inflight").isZero();
        assertThat(region.get(16 + 16 * third)).as("inflight").isEqualTo((byte) 1);
        assertThat(region.getShort(12)).as("last_batch_head").isEqualTo((short) second);
        assertThat(region.getShort(16 + 16 * second + 6)).as("next").isEqualTo((short) first);
        assertThat(region.getShort(14)).as("used_idx").isEqualTo((short) 2);
    }

    /** Then the available ring alone tells where to go on. */
    @Test
    void shouldMarkNothingWhileHeadsAreAnsweredInTheirOrder() {
        SplitVirtqueue queue = open();
        for (int round = 0; round < 100; round++) {
            submit(4);
            assertThat(queue.fetch(heads, SIZE)).isEqualTo(4);
            queue.complete(heads[0], 1);
            queue.complete(heads[1], 1);
            queue.show();
            queue.complete(heads[2], 1);
            queue.publish();
            assertThat(region.getShort(14)).as("used_idx").isEqualTo((short) (4 * round + 3));
            assertThat(open().base()).isEqualTo(4 * round + 3);
            queue.complete(heads[3], 1);
            queue.publish();
            collect();
            for (int head = 0; head < SIZE; head++) {
                assertThat(region.getLong(16 + 16 * head)).isZero();
                assertThat(region.getLong(16 + 16 * head + 8)).isZero();
            }
        }
        submit(3);
        queue.fetch(heads, SIZE);
        queue.complete(heads[2], 1);
        queue.publish();
        assertThat(region.get(16 + 16 * heads[0])).isEqualTo((byte) 1);
        assertThat(region.get(16 + 16 * heads[1])).isEqualTo((byte) 1);
        assertThat(region.get(16 + 16 * heads[2])).isZero();
    }

    /** As long as one has a mark, the next process must not take the links of a batch without marks for it. */
    @Test
    void shouldMarkAllWhileOneHasAMark() {
        SplitVirtqueue queue = open();
        submit(3);
        queue.fetch(heads, SIZE);
        int late = heads[0];
        queue.complete(heads[1], 1);
        queue.publish();
        queue.complete(heads[2], 1);
        queue.publish();
        collect();
        submit(2);
        queue.fetch(heads, SIZE);
        queue.complete(heads[0], 1);
        queue.publish();
        assertThat(region.getShort(12)).as("last_batch_head").isEqualTo((short) heads[0]);
        assertThat(region.get(16 + 16 * heads[1])).isEqualTo((byte) 1);
        queue.complete(late, 1);
        queue.complete(heads[1], 1);
        queue.publish();
        collect();
        submit(1);
        queue.fetch(heads, SIZE);
        queue.complete(heads[0], 1);
        queue.publish();
        assertThat(region.getLong(16 + 16 * heads[0] + 8)).as("counter").isLessThan(5);
    }

    // ---- how the next process goes on

    @Test
    void shouldHandOutWhatWasInFlightWithinTheLimitAndThenGoOn() {
        leaveMarked(3);

        SplitVirtqueue next = open();

        assertThat(next.base()).isEqualTo(3);
        assertThat(next.inFlight()).isZero();
        assertThat(next.arm()).as("nothing to do").isFalse();
        submit(1);
        assertThat(next.fetch(heads, 2)).isEqualTo(2);
        assertThat(heads).startsWith(waiting.get(0), waiting.get(1));
        assertThat(next.segments(heads[0])).isEqualTo(2);
        assertThat(next.fetch(heads, 2)).isEqualTo(1);
        assertThat(heads[0]).isEqualTo(waiting.get(2));
        assertThat(next.fetch(heads, 2)).isEqualTo(1);
        assertThat(heads[0]).isEqualTo(waiting.get(3));
        assertThat(next.base()).isEqualTo(4);
        assertThat(next.arm()).isTrue();
    }

    @Test
    void shouldCountOnFromTheCountersThatItFinds() {
        leaveMarked(2);
        region.putLong(16 + 16 * heads[0] + 8, -1);
        region.putLong(16 + 16 * heads[1] + 8, 0);
        int older = heads[0];
        int newer = heads[1];
        submit(1);

        SplitVirtqueue next = open();
        next.fetch(heads, SIZE);
        assertThat(heads).startsWith(older, newer);
        next.fetch(heads, SIZE);
        next.complete(newer, 1);
        next.publish();

        assertThat(region.getLong(16 + 16 * heads[0] + 8)).isEqualTo(1);
        assertThat(region.getLong(16 + 16 * older + 8)).as("kept").isEqualTo(-1);
    }

    @Test
    void shouldIgnoreTheBaseThatTheFrontEndGuesses() {
        submit(3);
        SplitVirtqueue first = open();
        first.fetch(heads, 3);
        first.complete(heads[2], 1);
        first.publish();

        SplitVirtqueue next = new SplitVirtqueue(withBase(77));

        assertThat(next.base()).isEqualTo(3);
        assertThat(next.fetch(heads, SIZE)).isEqualTo(2);
    }

    @Test
    void shouldResubmitNothingAfterAnOrderlyStop() {
        submit(3);
        SplitVirtqueue first = open();
        first.fetch(heads, 3);
        for (int i = 0; i < 3; i++) {
            first.complete(heads[i], 1);
        }
        first.publish();
        collect();

        SplitVirtqueue next = open();

        assertThat(next.base()).isEqualTo(3);
        assertThat(next.fetch(heads, SIZE)).isZero();
        assertThat(next.arm()).isTrue();
    }

    @Test
    void shouldStartARingThatWasSetUpAnewFromItsBase() {
        driver.startAt(1000);
        submit(3);
        SplitVirtqueue first = open();
        first.fetch(heads, 3);
        for (int i = 0; i < 3; i++) {
            first.complete(heads[i], 1);
        }
        first.publish();
        waiting.clear();
        ram.put16(driver.used + 2, 0);

        SplitVirtqueue next = new SplitVirtqueue(withBase(3));

        assertThat(next.base()).isEqualTo(3);
        assertThat(region.getShort(14)).isZero();
        assertThat(next.fault()).isNull();
    }

    @Test
    void shouldTakeARegionWithMoreEntriesThanTheRing() {
        region = region(4 * SIZE);
        region.putShort(8, (short) 1).putShort(10, (short) (4 * SIZE));
        leaveMarked(2);

        SplitVirtqueue next = open();

        assertThat(next.fetch(heads, SIZE)).isEqualTo(2);
        assertThat(region.getShort(10)).isEqualTo((short) (4 * SIZE));
    }

    @Test
    void shouldBreakWhenWhatWasInFlightIsNoSoundChainAnyMore() {
        leaveMarked(1);
        driver.descriptor(heads[0], DATA, 16, SplitDriver.NEXT, 99);

        SplitVirtqueue next = open();

        assertThat(next.fetch(heads, SIZE)).isZero();
        assertThat(next.fault()).contains("goes on at descriptor 99");
        assertThat(region.get(16 + 16 * heads[0])).isEqualTo((byte) 1);
    }

    @Test
    void shouldSignalTheFirstCompletionAfterARecovery() {
        submit(1);
        open().fetch(heads, 1);
        driver.noInterrupt(true);
        SplitVirtqueue next = open();
        next.fetch(heads, 1);
        next.complete(heads[0], 1);

        next.publish();

        assertThat(next.takeSignal()).isTrue();
    }

    // ---- a process that dies again while it recovers

    private static final class MortalRegion extends SplitInFlightRegion {
        private final Killed.Life life;

        MortalRegion(ByteBuffer bytes, int steps) {
            super(bytes, SIZE);
            life = new Killed.Life(steps);
        }

        @Override
        void version(int version) {
            life.step("version");
            super.version(version);
        }

        @Override
        void inFlight(int head, boolean on) {
            life.step("mark");
            super.inFlight(head, on);
        }

        @Override
        void usedIndex(int index) {
            life.step("used index");
            super.usedIndex(index);
        }
    }

    private SplitRecovery.Result recover(SplitInFlightRegion region) {
        return new SplitRecovery(region, SIZE, ram.get16(driver.used + 2), ram.get16(driver.available + 2)).run(0);
    }

    private static boolean lives(Runnable recovery) {
        try {
            recovery.run();
            return true;
        } catch (Killed asWanted) {
            return false;
        }
    }

    @Test
    void shouldFindTheSameAgainWhereverItDiedInTheRecovery() {
        leaveWork();
        ByteBuffer left = region;
        int[] inFlight = {heads[1], heads[2]};
        boolean lived = false;
        for (int steps = 0; !lived; steps++) {
            region = region(SIZE).put(0, left, 0, left.capacity());
            MortalRegion mortal = new MortalRegion(region, steps);
            lived = lives(() -> recover(mortal));
            assertThat(recover(new SplitInFlightRegion(region, SIZE)).heads())
                    .as("in flight after %d steps of a recovery", steps)
                    .isEqualTo(inFlight);
        }
    }

    @Test
    void shouldBeginAgainWhereverItDiedWhileItSetUpARegion() {
        for (int steps = 0; steps <= SIZE + 2; steps++) {
            region = region(SIZE);
            for (int head = 0; head < SIZE; head++) {
                region.put(16 + 16 * head, (byte) 1);
            }
            MortalRegion mortal = new MortalRegion(region, steps);
            boolean lived = lives(() -> recover(mortal));
            assertThat(lived).isEqualTo(steps == SIZE + 2);
            assertThat(recover(new SplitInFlightRegion(region, SIZE)).heads())
                    .as("in flight after %d steps", steps)
                    .isEmpty();
        }
    }

    // ---- regions that make no sense

    /** Two requests in flight, one answered behind the back of the region. */
    private void leaveWork() {
        submit(3);
        SplitVirtqueue first = open();
        first.fetch(heads, 3);
        first.complete(heads[0], 1);
        first.publish();
        mark(3);
        region.putShort(14, (short) 0);
    }

    private void assertRefused(String reason) {
        byte[] before = new byte[region.capacity()];
        region.get(0, before);
        assertThatIllegalArgumentException()
                .isThrownBy(this::open)
                .withMessageStartingWith("queue 0: in-flight region: ")
                .withMessageContaining(reason);
        byte[] after = new byte[region.capacity()];
        region.get(0, after);
        assertThat(after).isEqualTo(before);
    }

    @ParameterizedTest(name = "16 bits at {0} = {1}: {2}")
    @CsvSource({
        "8, 2, version is 2",
        "8, 65535, version is 65535",
        "10, 7, 7 entries for a ring of 8",
        "10, 0, 0 entries for a ring of 8",
        "10, 9, 9 entries but room for 8",
        "10, 65535, 65535 entries but room for 8",
        "12, 8, begins at entry 8 of 8",
        "12, 65535, begins at entry 65535 of 8",
        "14, 5, used ring is 65532 ahead",
        "14, 65528, used ring is 9 ahead",
        "14, 65535, has entry 0 twice",
        "16, 2, entry 0 has the mark 2",
        "48, 255, entry 2 has the mark 255"
    })
    void shouldRefuseACorruptRegionAndLeaveItAlone(int offset, int value, String reason) {
        leaveWork();
        region.putShort(offset, (short) value);
        assertRefused(reason.replace(" but", ", but"));
    }

    @Test
    void shouldRefuseABatchThatLeavesTheRegion() {
        leaveWork();
        region.putShort(14, (short) 65534);
        region.putShort(16 + 16 * heads[0] + 6, (short) 8);
        assertRefused("last batch goes on at entry 8 of 8");
    }

    @Test
    void shouldRefuseAMarkBeyondTheRing() {
        region = region(2 * SIZE);
        leaveWork();
        region.putShort(10, (short) (2 * SIZE)).put(16 + 16 * SIZE, (byte) 1);
        assertRefused("entry 8 is in flight in a ring of 8");
    }

    @Test
    void shouldRefuseMoreRequestsThanWereMadeAvailable() {
        leaveWork();
        driver.availableIndex(2);
        assertRefused("2 requests are in flight, but 1 were made available");
    }

    @Test
    void shouldRefuseATooSmallRegion() {
        region = region(SIZE - 1);
        assertRefused("128 bytes, but a ring of 8 needs 144");
    }

    @Test
    void shouldNotReadTheRegionWhileItRuns() {
        SplitVirtqueue queue = open();
        submit(4);
        queue.fetch(heads, 4);
        for (int at = 0; at < region.capacity(); at++) {
            region.put(at, (byte) 0xff);
        }
        for (int i = 0; i < 4; i++) {
            queue.complete(heads[i], 1);
        }
        queue.publish();
        collect();

        assertThat(waiting).isEmpty();
        assertThat(queue.fault()).isNull();
    }
}
