// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.readable;
import static io.hotbay.virtqueue.internal.SplitDriver.Buffer.writable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.hotbay.memory.GuestMemory;
import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtqueue.internal.SplitDriver.Used;
import org.junit.jupiter.api.Test;

/** A ring goes on where it was when the memory table changes around it. */
class RelocateTest {
    private static final long BASE = 0x10000;
    private static final long DATA = BASE + 0x8000;

    private final GuestRam ram = new GuestRam().region(BASE, 1 << 16);
    private final SplitDriver driver =
            new SplitDriver(ram, BASE, 8, VirtioFeatures.VERSION_1 | VirtioFeatures.EVENT_IDX);
    private final SplitVirtqueue queue = driver.open();
    private final int[] heads = new int[8];

    private void runOne() {
        runOne(writable(DATA, 1));
    }

    private void runOne(SplitDriver.Buffer buffer) {
        int head = driver.submit(buffer);
        assertThat(queue.fetch(heads, 8)).isEqualTo(1);
        queue.complete(head, 1);
        queue.publish();
        assertThat(driver.collect()).containsExactly(new Used(head, 1));
    }

    @Test
    void shouldGoOnInANewSnapshot() {
        runOne();
        // A region in front of the others changes the numbers of all windows.
        GuestMemory larger = ram.region(0, 4096).memory();

        queue.relocate(larger);

        assertThat(queue.memory()).isSameAs(larger);
        int head = driver.submit(readable(16, 16), writable(DATA, 1));
        assertThat(queue.fetch(heads, 8)).isEqualTo(1);
        assertThat(queue.handle(head, 0)).isEqualTo(GuestMemory.handle(0, 16));
        assertThat(queue.handle(head, 1)).isEqualTo(GuestMemory.handle(1, (int) (DATA - BASE)));
        queue.complete(head, 1);
        queue.publish();
        assertThat(driver.collect()).containsExactly(new Used(head, 1));
    }

    @Test
    void shouldNotFindBuffersInARegionThatIsGone() {
        GuestMemory before = ram.memory();
        GuestMemory larger = ram.region(0, 4096).memory();
        queue.relocate(larger);
        int head = driver.submit(writable(0, 16));
        queue.fetch(heads, 8);
        assertThat(queue.hasFault(head)).isFalse();
        queue.complete(head, 0);

        queue.relocate(before);

        int late = driver.submit(writable(0, 16));
        assertThat(queue.fetch(heads, 8)).isEqualTo(1);
        assertThat(queue.hasFault(late)).isTrue();
    }

    @Test
    void shouldNotLookWhereTheLastRequestWasInARegionThatIsGone() {
        GuestMemory before = ram.memory();
        GuestMemory larger = ram.region(BASE << 8, 4096).memory();
        queue.relocate(larger);
        for (int i = 0; i < heads.length; i++) {
            runOne(writable(BASE << 8, 1));
        }

        queue.relocate(before);

        // A chain of nothing leaves what the table knew of its head.
        runOne(writable(DATA, 0));
        runOne();
    }

    @Test
    void shouldRestWhileItsRingIsInNoMemory() {
        runOne();
        driver.submit(writable(DATA, 1));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> queue.relocate(GuestMemory.EMPTY))
                .withMessageContaining("queue 0: descriptor table at 0x7f0000010000");

        assertThat(queue.memory()).isSameAs(GuestMemory.EMPTY);
        assertThat(queue.fetch(heads, 8)).isZero();
        assertThat(queue.arm()).isTrue();
        queue.disarm();
        queue.publish();
        assertThat(queue.base()).isEqualTo(1);
        assertThat(queue.fault()).isNull();
    }

    @Test
    void shouldComeBackFromNoMemory() {
        runOne();
        assertThatIllegalArgumentException().isThrownBy(() -> queue.relocate(GuestMemory.EMPTY));

        queue.relocate(ram.memory());

        runOne();
        assertThat(queue.base()).isEqualTo(2);
    }

    @Test
    void shouldPublishAfterwardsWhatWasCompletedBefore() {
        int head = driver.submit(writable(DATA, 1));
        queue.fetch(heads, 8);
        queue.complete(head, 1);
        assertThatIllegalArgumentException().isThrownBy(() -> queue.relocate(GuestMemory.EMPTY));
        queue.publish();
        assertThat(driver.usedIndex()).isZero();

        queue.relocate(ram.memory());
        queue.publish();

        assertThat(driver.collect()).containsExactly(new Used(head, 1));
    }

    @Test
    void shouldRefuseWhileAChainIsInFlight() {
        int head = driver.submit(writable(DATA, 1));
        queue.fetch(heads, 8);

        assertThatIllegalStateException().isThrownBy(() -> queue.relocate(ram.memory()));

        queue.complete(head, 1);
        queue.publish();
        assertThat(driver.collect()).containsExactly(new Used(head, 1));
    }

    @Test
    void shouldStayBrokenInANewSnapshot() {
        driver.submit(writable(DATA, 1));
        queue.fail("broken before");

        queue.relocate(ram.memory());

        assertThat(queue.fetch(heads, 8)).isZero();
        assertThat(queue.fault()).isEqualTo("broken before");
    }
}
