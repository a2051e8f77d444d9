// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.readable;
import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.writable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtio.VirtqueueSetup;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a packed ring's in-flight region holds, and what the next process makes of it; {@link KilledProcessTest} has the kills. */
class PackedRecoveryTest {
    private static final int SIZE = 10;
    private static final long RING = 0x1000;
    private static final long DATA = 0x8000;
    private static final int FIRST_BASE = 0x8000_8000;

    private final GuestRam ram = GuestRam.of(1 << 16);
    private PackedDriver driver = new PackedDriver(ram, RING, SIZE, VirtioFeatures.VERSION_1);
    private ByteBuffer region = region(SIZE);
    private final int[] heads = new int[64];

    private static ByteBuffer region(int size) {
        return ByteBuffer.allocateDirect(32 + 32 * size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private PackedVirtqueue open() {
        return driver.open(region);
    }

    private PackedVirtqueue open(int base) {
        return new PackedVirtqueue(driver.setup(ram.memory(), region, null, VirtqueueSetup.USED_NOT_LOGGED, base));
    }

    private int submit() {
        return driver.submit(readable(DATA, 16), writable(DATA + 16, 1));
    }

    private int at(int entry, int offset) {
        return 32 + 32 * entry + offset;
    }

    // ---- the layout

    @Test
    void shouldSetUpAnUnusedRegion() {
        driver.startAt(13);
        region.put(at(4, 0), (byte) 1);

        PackedVirtqueue queue = open();

        assertThat(region.getShort(8)).as("version").isEqualTo((short) 1);
        assertThat(region.getShort(10)).as("desc_num").isEqualTo((short) SIZE);
        assertThat(region.getShort(12)).as("free_head").isZero();
        assertThat(region.getShort(14)).as("old_free_head").isZero();
        assertThat(region.getShort(16)).as("used_idx").isEqualTo((short) 3);
        assertThat(region.getShort(18)).as("old_used_idx").isEqualTo((short) 3);
        assertThat(region.get(20)).as("used_wrap_counter").isZero();
        assertThat(region.get(21)).as("old_used_wrap_counter").isZero();
        assertThat(region.getShort(at(9, 2))).as("next of the last").isEqualTo((short) SIZE);
        assertThat(region.get(at(4, 0))).as("inflight").isZero();
        assertThat(queue.base()).isEqualTo(0x0003_0003);
    }

    @Test
    void shouldLayTheRegionOutAsDpdkDoes() {
        PackedVirtqueue queue = open();
        int first = submit();
        int second = submit();
        queue.fetch(heads, SIZE);

        assertThat(region.get(at(2, 0))).as("inflight").isEqualTo((byte) 1);
        assertThat(region.get(at(3, 0))).as("inflight").isZero();
        assertThat(region.getShort(at(2, 4))).as("last").isEqualTo((short) 3);
        assertThat(region.getShort(at(2, 6))).as("num").isEqualTo((short) 2);
        assertThat(region.getLong(at(2, 8))).as("counter").isEqualTo(1);
        assertThat(region.getShort(at(3, 16))).as("id").isEqualTo((short) second);
        assertThat(region.getShort(at(3, 18)) & 0xffff).as("flags").isEqualTo(PackedDriver.AVAIL | PackedDriver.WRITE);
        assertThat(region.getInt(at(2, 20))).as("len").isEqualTo(16);
        assertThat(region.getLong(at(3, 24))).as("addr").isEqualTo(DATA + 16);
        assertThat(region.getShort(14)).as("old_free_head").isEqualTo((short) 4);

        queue.complete(second, 1);
        queue.complete(first, 1);
        queue.publish();

        assertThat(region.get(at(0, 0))).as("inflight").isZero();
        assertThat(region.getShort(at(3, 2))).as("next").isEqualTo((short) 4);
        assertThat(region.getShort(at(1, 2))).as("next").isEqualTo((short) 2);
        assertThat(region.getShort(12)).as("free_head").isZero();
        assertThat(region.getShort(14)).as("old_free_head").isZero();
        assertThat(region.getShort(16)).as("used_idx").isEqualTo((short) 4);
        assertThat(region.getShort(18)).as("old_used_idx").isEqualTo((short) 4);
        assertThat(region.get(20)).as("used_wrap_counter").isEqualTo((byte) 1);
    }

    // ---- how the next process goes on

    @Test
    void shouldHandOutTheCopyOfAChainThatAnAnswerWasWrittenOver() {
        int first = submit();
        int second = submit();
        PackedVirtqueue queue = open();
        queue.fetch(heads, SIZE);
        queue.complete(second, 1);
        queue.publish();
        assertThat(ram.get16(RING + 12)).as("id in slot 0").isEqualTo(second);

        PackedVirtqueue next = open();

        assertThat(next.base()).as("both positions").isEqualTo(0x8002_8004);
        assertThat(next.arm()).as("nothing to do").isFalse();
        assertThat(next.fetch(heads, SIZE)).isEqualTo(1);
        assertThat(heads[0]).isEqualTo(first);
        assertThat(next.segments(first)).isEqualTo(2);
        assertThat(next.length(first, 0)).isEqualTo(16);
        assertThat(next.arm()).isTrue();
    }

    @Test
    void shouldHandOutWithinTheLimitAndThenGoOn() {
        int first = submit();
        int second = submit();
        open().fetch(heads, SIZE);
        int third = submit();

        PackedVirtqueue next = open(0x0007_0001);

        assertThat(next.fetch(heads, 1)).isEqualTo(1);
        assertThat(heads[0]).isEqualTo(first);
        assertThat(next.fetch(heads, 2)).isEqualTo(2);
        assertThat(heads).startsWith(second, third);
    }

    @Test
    void shouldResubmitNothingAfterAnOrderlyStopWhateverTheBase() {
        PackedVirtqueue queue = open();
        int head = submit();
        queue.fetch(heads, SIZE);
        queue.complete(head, 1);
        queue.publish();

        PackedVirtqueue next = open(FIRST_BASE);

        assertThat(next.fetch(heads, SIZE)).isZero();
        assertThat(next.base()).isEqualTo(queue.base());
    }

    @Test
    void shouldStartARingThatWasSetUpAnewFromItsBase() {
        PackedVirtqueue queue = open();
        int head = submit();
        queue.fetch(heads, SIZE);
        queue.complete(head, 1);
        queue.publish();
        for (int slot = 0; slot < SIZE; slot++) {
            driver.descriptor(slot, 0, 0, 0, 0);
        }
        driver = new PackedDriver(ram, RING, SIZE, VirtioFeatures.VERSION_1);
        int again = submit();

        PackedVirtqueue next = open(FIRST_BASE);

        assertThat(next.fetch(heads, SIZE)).isEqualTo(1);
        assertThat(heads[0]).isEqualTo(again);
        next.complete(again, 1);
        next.publish();
        assertThat(driver.collect()).hasSize(1);
    }

    @Test
    void shouldTakeARegionWithMoreEntriesThanTheRing() {
        region = region(16);
        region.putShort(8, (short) 1).putShort(10, (short) 16).putShort(20, (short) 0x0101);
        for (int entry = 0; entry < 16; entry++) {
            region.putShort(at(entry, 2), (short) (entry + 1));
        }
        int head = submit();
        open().fetch(heads, SIZE);

        PackedVirtqueue next = open();

        assertThat(next.fetch(heads, SIZE)).isEqualTo(1);
        assertThat(heads[0]).isEqualTo(head);
    }

    @Test
    void shouldBreakWhenTheCopyOfAChainIsNotSoundAnyMore() {
        submit();
        open().fetch(heads, SIZE);
        region.putShort(at(0, 18), (short) (PackedDriver.INDIRECT | PackedDriver.NEXT));

        PackedVirtqueue next = open();

        assertThat(next.fetch(heads, SIZE)).isZero();
        assertThat(next.fault()).contains("indirect descriptor with a next one");
        assertThat(next.inFlight()).isZero();
    }

    @Test
    void shouldNotTrustTheRegionWhileItRuns() {
        PackedVirtqueue queue = open();
        int first = submit();
        int second = submit();
        queue.fetch(heads, SIZE);
        for (int at = 0; at < region.capacity(); at++) {
            region.put(at, (byte) 0xff);
        }

        queue.complete(first, 1);
        queue.complete(second, 1);
        queue.publish();

        assertThat(driver.collect()).hasSize(2);
        assertThat(queue.fault()).isNull();
    }

    // ---- regions that make no sense

    /** Two chains of two in flight at entries 0 and 4, one answered that had 2. */
    private void leaveWork() {
        PackedVirtqueue queue = open();
        submit();
        int answered = submit();
        submit();
        queue.fetch(heads, SIZE);
        queue.complete(answered, 1);
        queue.publish();
    }

    private void assertRefused(String reason) {
        byte[] before = new byte[region.capacity()];
        region.get(0, before);
        assertThatIllegalArgumentException()
                .isThrownBy(this::open)
                .withMessageStartingWith("queue 0: ")
                .withMessageContaining(reason);
        byte[] after = new byte[region.capacity()];
        region.get(0, after);
        assertThat(after).isEqualTo(before);
    }

    @ParameterizedTest(name = "16 bits at {0} = {1}: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "8 | 2 | version is 2",
                "10 | 9 | 9 entries for a ring of 10",
                "10 | 11 | 11 entries, but room for 10",
                "14 | 11 | free list has entry 11 of 10",
                "14 | 65535 | free list has entry 65535 of 10",
                "14 | 10 | entry 2 is neither free nor in flight",
                "14 | 6 | entry 2 is neither free nor in flight",
                "16 | 10 | used position is slot 10 of a ring of 10",
                "18 | 65535 | old used position is slot 65535",
                "20 | 2 | used position has the wrap counter 2",
                "20 | 257 | was not made available",
                "32 | 3 | entry 0 has the mark 3",
                "64 | 1 | chain 1 has no entries",
                "34 | 77 | chain 0 goes on at entry 77 of 10",
                "34 | 0 | goes on at entry 0, which is not its own",
                "34 | 2 | goes on at entry 2, which is not its own",
                "36 | 9 | ends at entry 1, not 9",
                "38 | 0 | chain 0 has no entries",
                "38 | 65535 | which is not its own",
                "98 | 2 | free list has entry 2 twice",
                "98 | 99 | free list has entry 99 of 10",
                "80 | 10 | buffer id 10 in a ring of 10",
                "80 | 7 | two chains have the buffer id 7"
            })
    void shouldRefuseACorruptRegionAndLeaveItAlone(int offset, int value, String reason) {
        leaveWork();
        if (offset == 20 && value == 257) {
            // as if it were a lap behind: flip both wrap counters
            region.putShort(20, (short) 0);
        } else {
            region.putShort(offset, (short) value);
        }
        assertRefused(reason);
    }

    @Test
    void shouldRefuseMoreDescriptorsInFlightThanTheRingHas() {
        region = region(16);
        region.putShort(8, (short) 1).putShort(10, (short) 16).putShort(14, (short) 16);
        region.putShort(20, (short) 0x0101);
        for (int entry = 0; entry < 16; entry++) {
            region.put(at(entry, 0), (byte) 1).putShort(at(entry, 2), (short) (entry + 1));
            region.putShort(at(entry, 4), (short) entry).putShort(at(entry, 6), (short) 1);
            region.putShort(at(entry, 16), (short) entry);
        }
        region.put(at(10, 0), (byte) 0).put(at(11, 0), (byte) 0).put(at(12, 0), (byte) 0);
        region.put(at(13, 0), (byte) 0).put(at(14, 0), (byte) 0).put(at(15, 0), (byte) 0);
        region.putShort(at(9, 4), (short) 15).putShort(at(9, 6), (short) 7).putShort(at(15, 16), (short) 9);
        assertRefused("16 descriptors are in flight in a ring of 10");
    }

    @Test
    void shouldRefuseATooSmallRegion() {
        region = region(SIZE - 1);
        assertRefused("320 bytes, but a packed ring of 10 needs 352");
    }

    @ParameterizedTest
    @CsvSource({
        "0x8000800a, its available position is slot 10 of a ring of 10",
        "0x800a8000, its used position is slot 10 of a ring of 10",
        "0x80018000, ahead of its used position"
    })
    void shouldRefuseABaseOutsideTheRingAndLeaveTheRegionAlone(String text, String reason) {
        int base = Long.decode(text).intValue();
        for (ByteBuffer given : new ByteBuffer[] {null, region}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new PackedVirtqueue(
                            driver.setup(ram.memory(), given, null, VirtqueueSetup.USED_NOT_LOGGED, base)))
                    .withMessageContaining("queue 0: base: ")
                    .withMessageContaining(reason);
        }
        assertThat(region).isEqualTo(region(SIZE));
    }
}
