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

/** The test plays the device, writing into the ring's memory as the specification has it. */
class SplitRingDriverTest {
    private static final int SIZE = 4;
    private static final int INDEX = 2;
    private static final int USED_EVENT = 4 + 2 * SIZE;
    private static final int AVAILABLE_EVENT = 4 + 8 * SIZE;

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

    private SplitRingDriver ring(boolean eventIndex) {
        return new SplitRingDriver(memory, SplitRingLayout.scattered(memory, SIZE), eventIndex, kick);
    }

    private static void use(SplitRingDriver ring, int usedIndex, int id, int length) {
        int at = 4 + 8 * (usedIndex % SIZE);
        ring.usedRing().putInt(at, id).putInt(at + 4, length).putShort(INDEX, (short) (usedIndex + 1));
    }

    @Test
    void shouldShowTheDeviceWhatWasPublishedOnly() {
        SplitRingDriver ring = ring(false);
        ring.writeDescriptor(3, 0x12345, 512, SplitRingDriver.WRITE, 0);
        ring.offer(3);
        assertThat(ring.availableRing().getShort(INDEX)).isZero();
        ring.publish();
        assertThat(ring.availableRing().getShort(INDEX)).isEqualTo((short) 1);
        assertThat(ring.availableRing().getShort(4)).isEqualTo((short) 3);
        ByteBuffer table = ring.descriptorTable();
        assertThat(table.getLong(48)).isEqualTo(0x12345);
        assertThat(table.getInt(56)).isEqualTo(512);
        assertThat(table.getShort(60)).isEqualTo((short) 2);
    }

    @Test
    void shouldTakeUsedElementsAcrossTheWrapOfAllIndices() {
        SplitRingDriver ring = ring(false);
        for (int i = 0; i < 0x10000 + 3; i++) {
            ring.offer(i % SIZE);
            ring.publish();
            use(ring, i, i % SIZE, i);
            assertThat(ring.takeUsed()).isEqualTo(i % SIZE);
            assertThat(ring.usedLength()).isEqualTo(i);
            assertThat(ring.takeUsed()).isEqualTo(-1);
        }
        assertThat(ring.availableIndex()).isEqualTo(3);
        assertThat(ring.usedIndex()).isEqualTo(3);
    }

    @Test
    void shouldKickUnlessTheDeviceIsBusy() {
        SplitRingDriver ring = ring(false);
        ring.offer(0);
        ring.publish();
        assertThat(ring.kickWanted()).isTrue();
        ring.usedRing().putShort(0, (short) 1);
        ring.offer(1);
        ring.publish();
        assertThat(ring.kickWanted()).isFalse();
    }

    @Test
    void shouldKickWhenTheIndexPassesTheDevicesEvent() {
        SplitRingDriver ring = ring(true);
        ring.usedRing().putShort(AVAILABLE_EVENT, (short) 1);
        ring.offer(0);
        ring.publish();
        assertThat(ring.kickWanted()).as("0 to 1 does not pass 1").isFalse();
        ring.offer(1);
        ring.offer(2);
        ring.publish();
        assertThat(ring.kickWanted()).as("1 to 3 passes 1").isTrue();
        assertThat(ring.kickWanted()).as("nothing new").isFalse();
    }

    @Test
    void shouldAskForNotificationByFlag() {
        SplitRingDriver ring = ring(false);
        ring.askForSilence();
        assertThat(ring.availableRing().getShort(0)).isEqualTo((short) 1);
        assertThat(ring.askForNotification()).isTrue();
        assertThat(ring.availableRing().getShort(0)).isZero();
        use(ring, 0, 0, 1);
        assertThat(ring.askForNotification()).as("it came in between").isFalse();
    }

    @Test
    void shouldAskForNotificationByEventIndex() {
        SplitRingDriver ring = ring(true);
        use(ring, 0, 0, 1);
        ring.takeUsed();
        ring.askForSilence();
        assertThat(ring.availableRing().getShort(USED_EVENT))
                .as("behind all that can be in flight")
                .isEqualTo((short) (1 + ring.size()));
        ring.askForNotification();
        assertThat(ring.availableRing().getShort(USED_EVENT)).isEqualTo((short) 1);
        assertThat(ring.availableRing().getShort(0)).as("flags stay 0").isZero();
    }

    @Test
    void shouldChainFreeDescriptorsAndTakeThemBack() {
        SplitRingDriver ring = ring(false);
        ChainTable chains = new ChainTable(ring);
        DescriptorChain two = new DescriptorChain().readable(0x10000, 16).writable(0x20000, 1);
        int first = chains.add(two);
        int second = chains.add(two);
        assertThat(chains.free()).isZero();
        assertThatThrownBy(() -> chains.add(two)).isInstanceOf(IllegalStateException.class);
        chains.release(first);
        assertThat(chains.isInFlight(first)).isFalse();
        assertThat(chains.isInFlight(second)).isTrue();
        int third = chains.add(two);
        int at = SplitRingLayout.DESCRIPTOR * third;
        assertThat(ring.descriptorTable().getShort(at + 12)).isEqualTo((short) SplitRingDriver.NEXT);
        int next = ring.descriptorTable().getShort(at + 14);
        assertThat(ring.descriptorTable().getShort(SplitRingLayout.DESCRIPTOR * next + 12))
                .isEqualTo((short) SplitRingDriver.WRITE);
        assertThat(next).isNotIn(third, second);
    }

    @Test
    void shouldReferToAnIndirectTable() {
        SplitRingDriver ring = ring(false);
        ChainTable chains = new ChainTable(ring);
        long address = memory.allocate(64, 16);
        ByteBuffer table = memory.window(address, 64);
        DescriptorChain chain = new DescriptorChain()
                .readable(0x10000, 16)
                .writable(0x20000, 512)
                .writable(0x30000, 1);
        int head = chains.addIndirect(chain, table, address);
        int at = SplitRingLayout.DESCRIPTOR * head;
        assertThat(ring.descriptorTable().getLong(at)).isEqualTo(address);
        assertThat(ring.descriptorTable().getInt(at + 8)).isEqualTo(48);
        assertThat(ring.descriptorTable().getShort(at + 12)).isEqualTo((short) SplitRingDriver.INDIRECT);
        assertThat(table.getShort(16 + 12)).isEqualTo((short) (SplitRingDriver.WRITE | SplitRingDriver.NEXT));
        assertThat(table.getShort(16 + 14)).isEqualTo((short) 2);
        assertThat(table.getShort(32 + 12)).isEqualTo((short) SplitRingDriver.WRITE);
        assertThat(chains.free()).isEqualTo(SIZE - 1);
    }
}
