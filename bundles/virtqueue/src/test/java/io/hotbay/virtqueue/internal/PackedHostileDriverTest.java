// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import static io.hotbay.virtqueue.internal.PackedDriver.AVAIL;
import static io.hotbay.virtqueue.internal.PackedDriver.INDIRECT;
import static io.hotbay.virtqueue.internal.PackedDriver.NEXT;
import static io.hotbay.virtqueue.internal.PackedDriver.WRITE;
import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.readable;
import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.writable;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.memory.GuestMemory;
import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtqueue.internal.SplitDriver.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each rule of the packed ring that a driver can break, and that breaking it breaks the ring and nothing else. */
class PackedHostileDriverTest {
    private static final int SIZE = 7;
    private static final long RING = 0x1000;
    private static final long DATA = 0x20000;
    private static final long TABLE = 0x2000;
    private static final long FEATURES = VirtioFeatures.VERSION_1 | VirtioFeatures.INDIRECT_DESC;

    private final GuestRam ram = GuestRam.of(1 << 18);
    private final PackedDriver driver = new PackedDriver(ram, RING, SIZE, FEATURES);
    private final PackedVirtqueue queue = driver.open();
    private final int[] heads = new int[2 * SIZE];

    private void assertBroken(String reason) {
        assertThat(queue.fetch(heads, SIZE)).isZero();
        assertThat(queue.fault()).contains(reason);
        assertThat(queue.inFlight()).isZero();
        assertThat(queue.fetch(heads, SIZE)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {SIZE, SIZE + 1, 65535})
    void shouldBreakWhenABufferIdIsNotBelowTheSize(int id) {
        driver.descriptor(0, DATA, 1, id, AVAIL | WRITE);
        assertBroken("buffer id " + id + " is not below the ring's size of 7");
    }

    @Test
    void shouldBreakWhenABufferIdIsMadeAvailableAgainInFlight() {
        driver.descriptor(0, DATA, 1, 3, AVAIL | WRITE);
        driver.descriptor(1, DATA, 1, 3, AVAIL | WRITE);

        assertThat(queue.fetch(heads, SIZE)).isEqualTo(1);

        assertThat(queue.fault()).contains("buffer id 3 was made available again");
        queue.complete(3, 1);
        assertThat(queue.inFlight()).isZero();
    }

    @Test
    void shouldBreakWhenAChainIsLongerThanTheRing() {
        for (int slot = 0; slot < SIZE; slot++) {
            driver.descriptor(slot, DATA, 1, 0, AVAIL | WRITE | NEXT);
        }
        assertBroken("more descriptors were made available than the ring of 7 has free: 7");
    }

    @Test
    void shouldAcceptAChainOfTheWholeRing() {
        Buffer[] buffers = new Buffer[SIZE];
        for (int i = 0; i < SIZE; i++) {
            buffers[i] = writable(DATA + i, 1);
        }
        int head = driver.submit(buffers);

        assertThat(queue.fetch(heads, SIZE)).isEqualTo(1);
        assertThat(queue.segments(head)).isEqualTo(SIZE);
        assertThat(queue.fetch(heads, SIZE)).isZero();
        assertThat(queue.fault()).isNull();
    }

    @Test
    void shouldBreakWhenMoreIsMadeAvailableThanTheRingHasFree() {
        for (int slot = 0; slot < SIZE; slot++) {
            driver.descriptor(slot, DATA, 1, slot, AVAIL | WRITE);
        }
        assertThat(queue.fetch(heads, SIZE)).isEqualTo(SIZE);
        queue.complete(2, 1);
        driver.descriptor(0, DATA, 1, 2, PackedDriver.USED | WRITE);

        assertThat(queue.fetch(heads, SIZE)).isZero();

        assertThat(queue.fault()).contains("has free: 0");
    }

    @Test
    void shouldBreakWhenAChainRunsIntoTheChainsInFlight() {
        driver.submit(writable(DATA, 1), writable(DATA, 1), writable(DATA, 1));
        assertThat(queue.fetch(heads, SIZE)).isEqualTo(1);
        for (int slot = 3; slot < SIZE; slot++) {
            driver.descriptor(slot, DATA, 1, 0, AVAIL | WRITE | NEXT);
        }

        assertThat(queue.fetch(heads, SIZE)).isZero();

        assertThat(queue.fault()).contains("has free: 4");
        assertThat(queue.inFlight()).isEqualTo(1);
    }

    @Test
    void shouldStillHandOutTheChainsBeforeTheBadOne() {
        int good = driver.submit(readable(DATA, 16), writable(DATA, 1));
        driver.descriptor(2, DATA, 1, 99, AVAIL | WRITE);

        assertThat(queue.fetch(heads, SIZE)).isEqualTo(1);

        assertThat(heads[0]).isEqualTo(good);
        assertThat(queue.fault()).isNotNull();
        assertThat(queue.base()).isEqualTo(0x8000_8002);
    }

    @Test
    void shouldBreakWhenAReadableBufferFollowsAWritableOne() {
        driver.submit(readable(DATA, 16), writable(DATA, 512), readable(DATA, 1));
        assertBroken("readable buffer after a writable one");
    }

    @Test
    void shouldBreakWhenIndirectWasNotAccepted() {
        PackedDriver plain = new PackedDriver(ram, 0x8000, SIZE, VirtioFeatures.VERSION_1);
        PackedVirtqueue other = plain.open();
        plain.submitIndirect(TABLE, writable(DATA, 1));

        assertThat(other.fetch(heads, SIZE)).isZero();
        assertThat(other.fault()).contains("has not accepted");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 15, 17, 1025 * 16, 0xffff_fff0L, 0xffff_ffffL})
    void shouldBreakWhenTheLengthOfATableIsWrong(long length) {
        driver.descriptor(0, TABLE, length, 0, AVAIL | INDIRECT);
        assertBroken("has " + length + " bytes");
    }

    @Test
    void shouldBreakWhenAnIndirectDescriptorHasANextOne() {
        driver.descriptor(1, DATA, 1, 0, AVAIL | WRITE);
        driver.descriptor(0, TABLE, 16, 0, AVAIL | INDIRECT | NEXT);
        assertBroken("with a next one");
    }

    @ParameterizedTest
    @ValueSource(longs = {(1 << 18) - 16, 1 << 18, 0x7fff_ffff_ffff_fff0L, 0xffff_ffff_ffff_fff0L})
    void shouldBreakWhenATableIsNotInMemory(long address) {
        driver.descriptor(0, address, 32, 0, AVAIL | INDIRECT);
        assertBroken("is not inside guest memory");
    }

    @Test
    void shouldReadATableInItsOrderAndMindNothingButWriteFlags() {
        Buffer[] buffers = {readable(DATA, 16), readable(DATA + 16, 17), writable(DATA + 64, 18), writable(DATA, 1)};
        int head = driver.submitIndirect(TABLE, buffers);
        for (int i = 0; i < buffers.length; i++) {
            driver.tableEntry(TABLE, i, buffers[i], 0xffff, 0xffff & ~(buffers[i].writable() ? 0 : WRITE));
        }

        assertThat(queue.fetch(heads, SIZE)).as(queue.fault()).isEqualTo(1);

        assertThat(queue.segments(head)).isEqualTo(4);
        assertThat(queue.readableSegments(head)).isEqualTo(2);
        for (int i = 0; i < buffers.length; i++) {
            assertThat(queue.length(head, i)).isEqualTo((int) buffers[i].length());
            assertThat(queue.handle(head, i)).isEqualTo(GuestMemory.handle(0, (int) buffers[i].address()));
        }
    }

    @Test
    void shouldAcceptALongerTableThanTheRing() {
        Buffer[] buffers = new Buffer[1024];
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = writable(DATA + i, 1);
        }
        int head = driver.submitIndirect(TABLE, buffers);

        assertThat(queue.fetch(heads, SIZE)).isEqualTo(1);
        assertThat(queue.segments(head)).isEqualTo(1024);
    }

    @Test
    void shouldMarkBuffersOutsideMemoryAndLeaveEmptyOnesOut() {
        int head = driver.submit(readable(DATA, 16), writable(-1, 0xffff_ffffL), writable(0, 0), writable(DATA, 1));

        assertThat(queue.fetch(heads, SIZE)).isEqualTo(1);

        assertThat(queue.hasFault(head)).isTrue();
        assertThat(queue.handle(head, queue.segments(head) - 1)).isEqualTo(GuestMemory.handle(0, (int) DATA));
        long outside = 0;
        for (int i = 1; i < queue.segments(head) - 1; i++) {
            assertThat(queue.handle(head, i)).isEqualTo(GuestMemory.NONE);
            outside += queue.length(head, i);
        }
        assertThat(outside).isEqualTo(0xffff_ffffL);
    }

    @Test
    void shouldTouchGuestMemoryNoMoreOnceItIsDeclaredBroken() {
        int first = driver.submit(writable(DATA, 1));
        int second = driver.submit(writable(DATA, 1));
        queue.fetch(heads, SIZE);
        queue.complete(first, 1);

        queue.fail("request header too short");
        queue.complete(second, 9);
        queue.publish();
        queue.disarm();

        assertThat(driver.collect()).isEmpty();
        assertThat(driver.deviceEvent()).isZero();
        assertThat(ram.get32(RING + 16 + 8)).as("length in the second slot").isEqualTo(1);
        assertThat(queue.arm()).isTrue();
        assertThat(queue.takeSignal()).isFalse();
        assertThat(queue.inFlight()).isZero();
    }
}
