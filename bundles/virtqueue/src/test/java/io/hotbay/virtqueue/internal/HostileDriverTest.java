// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.readable;
import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.writable;
import static io.hotbay.virtqueue.internal.SplitDriver.INDIRECT;
import static io.hotbay.virtqueue.internal.SplitDriver.NEXT;
import static io.hotbay.virtqueue.internal.SplitDriver.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.virtio.VirtioFeatures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each rule of the ring that a driver can break, and that breaking it breaks the ring and nothing else. */
class HostileDriverTest {
    private static final int SIZE = 8;
    private static final long RING = 0x1000;
    private static final long DATA = 0x20000;
    private static final long TABLE = 0x2000;
    private static final long FEATURES = VirtioFeatures.VERSION_1 | VirtioFeatures.INDIRECT_DESC;

    private final GuestRam ram = GuestRam.of(1 << 18);
    private final SplitDriver driver = new SplitDriver(ram, RING, SIZE, FEATURES);
    private final SplitVirtqueue queue = driver.open();
    private final int[] heads = new int[SIZE];

    private void assertBroken(String reason) {
        assertThat(queue.fetch(heads, SIZE)).isZero();
        assertThat(queue.fault()).contains(reason);
        assertThat(queue.inFlight()).isZero();
        assertThat(queue.fetch(heads, SIZE)).isZero();
    }

    @Test
    void shouldBreakWhenTheAvailableIndexJumpsByMoreThanTheRing() {
        driver.availableIndex(SIZE + 1);
        assertBroken("available index jumped by 9");
    }

    @Test
    void shouldBreakWhenTheAvailableIndexGoesBackwards() {
        driver.availableIndex(65535);
        assertBroken("available index jumped by 65535");
    }

    @Test
    void shouldAcceptAJumpByTheWholeRing() {
        for (int i = 0; i < SIZE; i++) {
            driver.submit(writable(DATA, 1));
        }
        assertThat(queue.fetch(heads, SIZE)).isEqualTo(SIZE);
    }

    @ParameterizedTest
    @ValueSource(ints = {SIZE, SIZE + 1, 65535})
    void shouldBreakWhenAHeadIsNotInTheTable(int head) {
        driver.expose(head);
        assertBroken("head " + head);
    }

    @ParameterizedTest
    @ValueSource(ints = {SIZE, SIZE + 1, 65535})
    void shouldBreakWhenAChainLeavesTheTable(int next) {
        driver.descriptor(0, DATA, 16, NEXT, next);
        driver.expose(0);
        assertBroken("descriptor " + next + " of 8");
    }

    @Test
    void shouldBreakWhenAChainIsALoop() {
        driver.descriptor(0, DATA, 16, NEXT, 1);
        driver.descriptor(1, DATA, 16, NEXT, 2);
        driver.descriptor(2, DATA, 16, NEXT, 1);
        driver.expose(0);
        assertBroken("chain 0 is a loop");
    }

    @Test
    void shouldBreakWhenALoopHoldsEmptyBuffersOnly() {
        driver.descriptor(3, DATA, 0, NEXT, 3);
        driver.expose(3);
        assertBroken("chain 3 is a loop");
    }

    @Test
    void shouldAcceptAChainOfTheWholeTable() {
        for (int i = 0; i < SIZE; i++) {
            driver.descriptor(i, DATA + i, 1, i < SIZE - 1 ? NEXT : 0, i + 1);
        }
        driver.expose(0);
        assertThat(queue.fetch(heads, SIZE)).isEqualTo(1);
        assertThat(queue.segments(0)).isEqualTo(SIZE);
    }

    @Test
    void shouldBreakWhenAHeadIsMadeAvailableAgainInFlight() {
        int head = driver.submit(writable(DATA, 1));
        assertThat(queue.fetch(heads, SIZE)).isEqualTo(1);
        driver.expose(head);

        assertThat(queue.fetch(heads, SIZE)).isZero();

        assertThat(queue.fault()).contains("head " + head + " was made available again");
        assertThat(queue.inFlight()).isEqualTo(1);
    }

    @Test
    void shouldBreakWhenAHeadIsMadeAvailableTwiceAtOnce() {
        int head = driver.submit(writable(DATA, 1));
        driver.expose(head);

        assertThat(queue.fetch(heads, SIZE)).isEqualTo(1);

        assertThat(queue.fault()).contains("made available again");
        queue.complete(head, 1);
        assertThat(queue.inFlight()).isZero();
    }

    @Test
    void shouldStillHandOutTheChainsBeforeTheBadOne() {
        int good = driver.submit(readable(DATA, 16), writable(DATA, 1));
        driver.expose(SIZE);
        driver.submit(writable(DATA, 1));

        assertThat(queue.fetch(heads, SIZE)).isEqualTo(1);

        assertThat(heads[0]).isEqualTo(good);
        assertThat(queue.segments(good)).isEqualTo(2);
        assertThat(queue.fault()).isNotNull();
        assertThat(queue.base()).isEqualTo(1);
        assertThat(queue.fetch(heads, SIZE)).isZero();
    }

    @Test
    void shouldBreakWhenAReadableBufferFollowsAWritableOne() {
        driver.submit(readable(DATA, 16), writable(DATA, 512), readable(DATA, 1));
        assertBroken("readable buffer after a writable one");
    }

    @Test
    void shouldBreakWhenIndirectWasNotAccepted() {
        SplitDriver plain = new SplitDriver(ram, 0x8000, SIZE, VirtioFeatures.VERSION_1);
        SplitVirtqueue other = plain.open();
        plain.expose(plain.layIndirect(TABLE, writable(DATA, 1)));

        assertThat(other.fetch(heads, SIZE)).isZero();
        assertThat(other.fault()).contains("has not accepted");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 15, 17, 1025 * 16, 0xffff_fff0L, 0xffff_ffffL})
    void shouldBreakWhenTheLengthOfATableIsWrong(long length) {
        driver.layIndirect(TABLE, writable(DATA, 1));
        driver.descriptor(0, TABLE, length, INDIRECT, 0);
        driver.expose(0);
        assertBroken("has " + length + " bytes");
    }

    @Test
    void shouldAcceptALongerTableThanTheRing() {
        SplitDriver.Buffer[] buffers = new SplitDriver.Buffer[1024];
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = writable(DATA + i, 1);
        }
        int head = driver.expose(driver.layIndirect(TABLE, buffers));

        assertThat(queue.fetch(heads, SIZE)).isEqualTo(1);
        assertThat(queue.segments(head)).isEqualTo(1024);
    }

    @Test
    void shouldBreakWhenATableRefersToATable() {
        driver.layIndirect(TABLE, readable(DATA, 16), writable(DATA, 16));
        driver.descriptorAt(TABLE + 16, TABLE, 32, INDIRECT | WRITE, 0);
        driver.expose(0);
        assertBroken("inside an indirect table");
    }

    @Test
    void shouldBreakWhenAnIndirectDescriptorHasANextOne() {
        driver.layIndirect(TABLE, writable(DATA, 1));
        driver.descriptor(0, TABLE, 16, INDIRECT | NEXT, 1);
        driver.expose(0);
        assertBroken("with a next one");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 1024, 65535})
    void shouldBreakWhenAChainLeavesItsIndirectTable(int next) {
        driver.layIndirect(TABLE, readable(DATA, 16), writable(DATA, 16));
        driver.descriptorAt(TABLE, DATA, 16, NEXT, next);
        driver.expose(0);
        assertBroken("descriptor " + next + " of 2");
    }

    @Test
    void shouldBreakWhenAnIndirectTableIsALoop() {
        driver.layIndirect(TABLE, readable(DATA, 16), readable(DATA, 16));
        driver.descriptorAt(TABLE + 16, DATA, 16, NEXT, 0);
        driver.expose(0);
        assertBroken("indirect table is a loop");
    }

    @ParameterizedTest
    @ValueSource(longs = {(1 << 18) - 16, 1 << 18, 0x7fff_ffff_ffff_fff0L, 0xffff_ffff_ffff_fff0L})
    void shouldBreakWhenATableIsNotInMemory(long address) {
        driver.descriptor(0, address, 32, INDIRECT, 0);
        driver.expose(0);
        assertBroken("is not inside guest memory");
    }

    @Test
    void shouldIgnoreTheWriteFlagOfAnIndirectDescriptor() {
        int head = driver.layIndirect(TABLE, readable(DATA, 16), writable(DATA, 1));
        driver.descriptor(head, TABLE, 32, INDIRECT | WRITE, 0);
        driver.expose(head);

        assertThat(queue.fetch(heads, SIZE)).isEqualTo(1);
        assertThat(queue.readableSegments(head)).isEqualTo(1);
    }

    @Test
    void shouldNameTheReasonWithoutReadingAgainAfterTheRingBroke() {
        driver.expose(SIZE);
        queue.fetch(heads, SIZE);
        String reason = queue.fault();
        driver.availableIndex(100);

        queue.fetch(heads, SIZE);

        assertThat(queue.fault()).isEqualTo(reason);
    }
}
