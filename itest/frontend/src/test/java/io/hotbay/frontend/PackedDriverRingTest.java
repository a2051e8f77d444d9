// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.linux.EventFd;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The test plays the device, writing into the ring's memory as the specification has it (virtio 1.x, 2.8). */
class PackedDriverRingTest {
    private static final int SIZE = 5;
    private static final int AVAILABLE = 1 << 7;
    private static final int USED = 1 << 15;
    private static final DescriptorChain TWO =
            new DescriptorChain().readable(0x10000, 16).writable(0x20000, 1);
    private static final DescriptorChain ONE = new DescriptorChain().readable(0x10000, 16);

    private FrontendMemory memory;
    private EventFd kick;

    @BeforeEach
    void makeMemory() throws IOException {
        memory = FrontendMemory.ordinaryPages();
        memory.add(0x10000, 1 << 20);
        kick = EventFd.create();
    }

    @AfterEach
    void freeMemory() {
        kick.close();
        memory.close();
    }

    private PackedDriverRing ring(boolean eventIndex) {
        return new PackedDriverRing(memory, PackedRingLayout.pageAligned(memory, SIZE), eventIndex, kick);
    }

    private static int flags(PackedDriverRing ring, int slot) {
        return ring.descriptorRing().getShort(16 * slot + 14) & 0xffff;
    }

    private static int id(PackedDriverRing ring, int slot) {
        return ring.descriptorRing().getShort(16 * slot + 12) & 0xffff;
    }

    private static void use(PackedDriverRing ring, int slot, int id, int length, boolean wrap) {
        ring.descriptorRing()
                .putInt(16 * slot + 8, length)
                .putShort(16 * slot + 12, (short) id)
                .putShort(16 * slot + 14, (short) (wrap ? AVAILABLE | USED : 0));
    }

    @Test
    void shouldShowTheDeviceWhatWasPublishedOnly() {
        PackedDriverRing ring = ring(false);
        int first = ring.add(TWO);
        int second = ring.add(TWO);
        assertThat(flags(ring, 0)).as("the first waits").isZero();
        ring.publish();
        assertThat(flags(ring, 0)).isEqualTo(AVAILABLE | SplitRingDriver.NEXT);
        assertThat(flags(ring, 1)).isEqualTo(AVAILABLE | SplitRingDriver.WRITE);
        assertThat(flags(ring, 2)).isEqualTo(AVAILABLE | SplitRingDriver.NEXT);
        assertThat(id(ring, 1)).as("the id stands in the last").isEqualTo(first);
        assertThat(id(ring, 3)).isEqualTo(second).isNotEqualTo(first);
        assertThat(id(ring, 0)).as("and nowhere else").isGreaterThan(SIZE);
        ByteBuffer descriptors = ring.descriptorRing();
        assertThat(descriptors.getLong(16)).isEqualTo(0x20000);
        assertThat(descriptors.getInt(16 + 8)).isEqualTo(1);
        assertThat(ring.free()).isEqualTo(1);
        assertThatThrownBy(() -> ring.add(TWO)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldGoRoundTheRingWithTheWrapCounters() throws IOException {
        PackedDriverRing ring = ring(false);
        boolean wrap = true;
        int slot = 0;
        for (int i = 0; i < 7 * SIZE; i++) {
            int id = ring.add(TWO);
            ring.publish();
            assertThat(ring.take()).isEqualTo(-1);
            assertThat(flags(ring, slot) & (AVAILABLE | USED)).isEqualTo(wrap ? AVAILABLE : USED);
            use(ring, slot, id, i, wrap);
            assertThat(ring.take()).isEqualTo(id);
            assertThat(ring.usedLength()).isEqualTo(i);
            slot += 2;
            if (slot >= SIZE) {
                slot -= SIZE;
                wrap = !wrap;
            }
            int position = slot | (wrap ? 1 << 15 : 0);
            assertThat(ring.position()).isEqualTo(position << 16 | position);
        }
        assertThat(ring.free()).isEqualTo(SIZE);
    }

    @Test
    void shouldTakeChainsBackInAnyOrder() throws IOException {
        PackedDriverRing ring = ring(false);
        int first = ring.add(TWO);
        int second = ring.add(ONE);
        ring.publish();
        use(ring, 0, second, 0, true);
        assertThat(ring.take()).isEqualTo(second);
        assertThat(ring.isInFlight(first)).isTrue();
        assertThat(ring.free()).isEqualTo(SIZE - 2);
        use(ring, 1, first, 0, true);
        assertThat(ring.take()).isEqualTo(first);
        assertThat(ring.take()).isEqualTo(-1);
    }

    @Test
    void shouldRefuseABufferThatTheDeviceCannotHave() {
        PackedDriverRing ring = ring(false);
        int id = ring.add(ONE);
        ring.publish();
        use(ring, 0, id + 1, 0, true);
        assertThatThrownBy(ring::take)
                .isInstanceOf(ProtocolViolationException.class)
                .hasMessage("the device returned buffer 1, which it does not have");
    }

    @Test
    void shouldKickUnlessTheDeviceIsBusy() {
        PackedDriverRing ring = ring(false);
        ring.add(ONE);
        ring.publish();
        assertThat(ring.kickWanted()).isTrue();
        ring.deviceEvents().putShort(2, (short) 1);
        ring.add(ONE);
        ring.publish();
        assertThat(ring.kickWanted()).isFalse();
    }

    @Test
    void shouldKickWhenThePositionPassesTheDevicesWish() {
        PackedDriverRing ring = ring(true);
        ring.deviceEvents().putShort(2, (short) 2).putShort(0, (short) (1 | 1 << 15));
        ring.add(ONE);
        ring.publish();
        assertThat(ring.kickWanted()).as("0 to 1 does not pass 1").isFalse();
        ring.add(TWO);
        ring.publish();
        assertThat(ring.kickWanted()).as("1 to 3 passes 1").isTrue();
        ring.deviceEvents().putShort(0, (short) (4 | 1 << 15));
        ring.add(TWO);
        ring.publish();
        assertThat(ring.kickWanted())
                .as("3 to the start of the next round passes 4 of this one")
                .isTrue();
    }

    @Test
    void shouldAskForNotificationAtItsPosition() throws IOException {
        PackedDriverRing ring = ring(true);
        int id = ring.add(ONE);
        ring.publish();
        ring.askForSilence();
        assertThat(ring.driverEvents().getShort(2)).isEqualTo((short) 1);
        assertThat(ring.askForNotification()).isTrue();
        assertThat(ring.driverEvents().getShort(2)).isEqualTo((short) 2);
        assertThat(ring.driverEvents().getShort(0) & 0xffff).isEqualTo(1 << 15);
        use(ring, 0, id, 0, true);
        assertThat(ring.askForNotification()).as("it came in between").isFalse();
        ring.take();
        ring.askForNotification();
        assertThat(ring.driverEvents().getShort(0) & 0xffff).isEqualTo(1 | 1 << 15);
    }

    @Test
    void shouldReferToAnIndirectTable() {
        PackedDriverRing ring = ring(false);
        long address = memory.allocate(64, 16);
        ByteBuffer table = memory.window(address, 64);
        int id = ring.addIndirect(TWO, table, address);
        ring.publish();
        assertThat(ring.descriptorRing().getLong(0)).isEqualTo(address);
        assertThat(ring.descriptorRing().getInt(8)).isEqualTo(32);
        assertThat(id(ring, 0)).isEqualTo(id);
        assertThat(flags(ring, 0)).isEqualTo(AVAILABLE | SplitRingDriver.INDIRECT);
        assertThat(table.getShort(14)).isZero();
        assertThat(table.getShort(16 + 14)).isEqualTo((short) SplitRingDriver.WRITE);
        assertThat(ring.free()).isEqualTo(SIZE - 1);
    }

    @Test
    void shouldBeEmptyAfterAReset() {
        PackedDriverRing ring = ring(true);
        ring.add(TWO);
        ring.publish();
        ring.reset();
        assertThat(ring.free()).isEqualTo(SIZE);
        assertThat(ring.position()).isEqualTo(0x80008000);
        assertThat(flags(ring, 0)).isZero();
        assertThat(ring.hasUsed()).isFalse();
    }
}
