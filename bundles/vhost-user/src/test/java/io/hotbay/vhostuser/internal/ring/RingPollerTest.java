// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.ring;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.hotbay.linux.Descriptor;
import io.hotbay.linux.EventFd;
import io.hotbay.linux.LinuxException;
import io.hotbay.linux.Memfd;
import io.hotbay.memory.GuestMemory;
import io.hotbay.memory.MemoryRegion;
import io.hotbay.vhostuser.internal.memory.GuestMemoryTable;
import io.hotbay.vhostuser.internal.memory.InFlightRegion;
import io.hotbay.vhostuser.internal.memory.RingMemory;
import io.hotbay.vhostuser.internal.testing.TestDevice;
import io.hotbay.vhostuser.internal.testing.TestReactors;
import io.hotbay.vhostuser.internal.testing.TestVirtqueues;
import io.hotbay.vhostuser.internal.wire.InFlightDescription;
import io.hotbay.virtio.DeviceQueue;
import io.hotbay.virtio.OwnedVirtqueue;
import io.hotbay.virtio.VirtqueueSetup;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The poller alone, called as a reactor calls it. */
class RingPollerTest {
    private static final int SIZE = 16;
    private static final long NOT_LOGGED = VirtqueueSetup.USED_NOT_LOGGED;
    private static final int USED = 0x400;
    private static final int AVAILABLE = 0x800;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(0x1000).order(ByteOrder.LITTLE_ENDIAN);
    private final GuestMemory memory =
            GuestMemory.of(List.of(MemoryRegion.of(0, 0, 0x1000, (offset, length) -> bytes.duplicate())));
    private final TestReactors reactors = new TestReactors();
    private final TestDevice device = new TestDevice(1);
    private final List<String> faults = new ArrayList<>();
    private long nanos = Long.MAX_VALUE - 5_000_000;
    private EventFd kick;
    private EventFd call;
    private EventFd error;

    @BeforeEach
    void begin() throws LinuxException {
        kick = EventFd.create();
        call = EventFd.create();
        error = EventFd.create();
    }

    @AfterEach
    void end() throws InterruptedException {
        reactors.close();
        kick.close();
        call.close();
        error.close();
    }

    private RingPoller poller(EventFd withKick) throws IOException {
        return poller(withKick, new RingMemory(new GuestMemoryTable(0).current(), null, 0, null));
    }

    private RingPoller poller(EventFd withKick, RingMemory lent) throws IOException {
        VirtqueueSetup setup = new VirtqueueSetup(
                0, SIZE, 0, AVAILABLE, USED, 0, 0, memory, lent.inFlightPart(0, SIZE), null, NOT_LOGGED);
        OwnedVirtqueue queue = new TestVirtqueues().open(setup);
        DeviceQueue deviceQueue = device.start(queue, 0);
        return new RingPoller(
                "ring",
                reactors.reactor(),
                queue,
                deviceQueue,
                withKick,
                call,
                error,
                lent,
                (ring, why) -> faults.add(why));
    }

    private void submit(int index) {
        bytes.putShort(AVAILABLE + 2, (short) index);
    }

    private int used() {
        return bytes.getShort(USED + 2);
    }

    @Test
    void shouldLetTheReactorSleepOnlyWhenTheRingIsEmpty() throws IOException {
        RingPoller poller = poller(kick);
        assertThat(poller.poll()).isZero();
        assertThat(poller.arm()).isTrue();
        submit(1);
        assertThat(poller.arm()).isFalse();
        assertThat(poller.poll()).isEqualTo(2);
        assertThat(poller.arm()).isTrue();
        assertThat(call.drain()).isEqualTo(1);
    }

    @Test
    void shouldNotLetTheReactorSleepWithoutAKick() throws IOException {
        assertThat(poller(null).arm()).isFalse();
    }

    @Test
    void shouldNotLetTheReactorSleepOverRequestsThatNobodyWakesItFor() throws IOException {
        RingPoller poller = poller(kick);
        device.hold(true);
        submit(1);
        poller.poll();
        assertThat(poller.arm()).isFalse();
    }

    @Test
    void shouldLetTheReactorSleepOverRequestsItIsWokenFor() throws IOException {
        device.asynchronous(true);
        RingPoller poller = poller(kick);
        device.hold(true);
        submit(1);
        poller.poll();
        assertThat(reactors.reactor().watched()).hasSize(2);
        assertThat(poller.arm()).isTrue();
        poller.drain();
        assertThat(poller.arm()).isTrue();
        assertThat(poller.drained()).isNotDone();
        device.hold(false);
        poller.poll();
        assertThat(poller.drained()).isCompletedWithValue(1);
        assertThat(reactors.reactor().watched()).isEmpty();
    }

    /** A poller that holds its next call back for 5 µs: twice the threshold in the window before. */
    private RingPoller holding() throws IOException {
        RingPoller poller = poller(kick);
        poller.tune(new RingTuning(false, 5, 100), () -> nanos);
        submit(2);
        poller.poll();
        nanos += 10_000_000;
        submit(3);
        poller.poll();
        assertThat(call.drain()).isEqualTo(2);
        submit(4);
        poller.poll();
        assertThat(used()).isEqualTo(4);
        assertThat(call.drain()).isZero();
        return poller;
    }

    @Test
    void shouldHoldCallsOfABusyRingBackAndMakeThemInTime() throws IOException {
        RingPoller poller = holding();
        assertThat(poller.arm()).isTrue();
        assertThat(poller.sleepLimit()).isEqualTo(10_000);
        nanos += 9_999;
        poller.poll();
        assertThat(call.drain()).isZero();
        assertThat(poller.sleepLimit()).isEqualTo(1);
        nanos++;
        poller.poll();
        assertThat(call.drain()).isEqualTo(1);
        assertThat(poller.sleepLimit()).isEqualTo(Long.MAX_VALUE);
        poller.poll();
        assertThat(call.drain()).isZero();
    }

    /** Rings that really pop and push are measured in their own bundle, and so are devices. */
    @Test
    void shouldAllocateNothingForARequestWhileItMeasuresAndHoldsCallsBack() throws IOException {
        RingPoller poller = poller(kick);
        poller.tune(new RingTuning(true, 5, 100_000), () -> nanos);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int calls = serve(poller, 10_000);
        threads.getCurrentThreadAllocatedBytes();

        long before = threads.getCurrentThreadAllocatedBytes();
        calls += serve(poller, 100_000);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(allocated).isLessThan(4096);
        assertThat(used()).isEqualTo((short) 110_000);
        assertThat(calls).isBetween(10_000, 20_000);
    }

    /** One request every 2 µs, and a look at whether the reactor may sleep; returns how often the driver was called. */
    private int serve(RingPoller poller, int requests) {
        int calls = 0;
        for (int i = 0; i < requests; i++) {
            submit(used() + 1);
            poller.poll();
            poller.arm();
            poller.sleepLimit();
            poller.disarm();
            calls += (int) call.drain();
            nanos += 2_000;
        }
        return calls;
    }

    @Test
    void shouldMakeACallThatWasHeldBackWhenTheRingStops() throws IOException {
        holding().drain();
        assertThat(call.drain()).isEqualTo(1);
    }

    @Test
    void shouldMakeACallThatWasHeldBackWhenTheRingBreaks() throws IOException {
        RingPoller poller = holding();
        device.fail(0);
        poller.poll();
        assertThat(poller.fault()).isNotNull();
        assertThat(call.drain()).isEqualTo(1);
    }

    @Test
    void shouldMakeACallThatWasHeldBackWhenTheReactorDropsTheRing() throws IOException {
        holding().failed(new IllegalStateException("stopped"));
        assertThat(call.drain()).isEqualTo(1);
    }

    @Test
    void shouldMakeACallThatWasHeldBackWhenTheRingIsGivenUp() throws IOException {
        holding().abandon();
        assertThat(call.drain()).isEqualTo(1);
    }

    @Test
    void shouldMakeACallThatWasHeldBackWhenNoneIsAnyMore() throws IOException {
        RingPoller poller = holding();
        poller.tune(RingTuning.DEFAULT);
        assertThat(call.drain()).isEqualTo(1);
        assertThat(poller.sleepLimit()).isEqualTo(Long.MAX_VALUE);
        submit(5);
        poller.poll();
        assertThat(call.drain()).isEqualTo(1);
    }

    @Test
    void shouldHoldNothingBackWhileItDrains() throws IOException {
        RingPoller poller = poller(kick);
        poller.tune(new RingTuning(false, 5, 100), () -> nanos);
        device.hold(true);
        submit(3);
        poller.poll();
        poller.drain();
        device.hold(false);
        poller.poll();
        assertThat(call.drain()).isEqualTo(1);
        assertThat(poller.drained()).isCompletedWithValue(3);
    }

    @Test
    void shouldTakeNothingNewWhileItDrains() throws IOException {
        RingPoller poller = poller(kick);
        device.hold(true);
        submit(2);
        poller.poll();
        poller.drain();
        submit(5);
        poller.poll();
        assertThat(poller.inFlight()).isEqualTo(2);
        device.hold(false);
        poller.poll();
        assertThat(poller.drained()).isCompletedWithValue(2);
        assertThat(used()).isEqualTo(2);
        assertThat(call.drain()).isEqualTo(1);
    }

    @Test
    void shouldNotTouchTheRingOnceItIsStopped() throws IOException {
        RingPoller poller = poller(kick);
        poller.arm();
        poller.drain();
        assertThat(poller.drained()).isCompletedWithValue(0);
        assertThat(reactors.reactor().watched())
                .as("whose kicks wake the reactor")
                .isEmpty();
        bytes.putShort(USED, (short) 0);
        submit(3);
        assertThat(poller.poll()).isZero();
        assertThat(poller.arm()).isTrue();
        poller.disarm();
        assertThat(bytes.getShort(USED)).isZero();
        assertThat(used()).isZero();
    }

    @Test
    void shouldBreakOnceAndStaySilent() throws IOException {
        RingPoller poller = poller(kick);
        submit(5000);
        poller.poll();
        poller.poll();
        assertThat(faults).hasSize(1);
        assertThat(error.drain()).isEqualTo(1);
        assertThat(poller.fault()).isEqualTo(faults.get(0));
        assertThat(reactors.reactor().watched()).isEmpty();
        assertThat(poller.arm()).isTrue();
        assertThat(poller.isDoubtful()).isFalse();
        poller.drain();
        assertThat(poller.drained()).isCompleted();
    }

    /** Older JVMs throw at some later time, perhaps when the reactor has turned to another ring. */
    @Test
    void shouldBreakInTheRoundInWhichItsMemoryIsGone() throws Exception {
        int bytes = SIZE * TestVirtqueues.SLOT;
        for (int round = 0; round < 50; round++) {
            try (Descriptor file = Memfd.create("gone", bytes)) {
                file.addSeals(Descriptor.F_SEAL_SEAL);
                InFlightRegion region =
                        InFlightRegion.map(new InFlightDescription(bytes, 0, 1, SIZE), file.duplicate());
                submit(0);
                RingPoller poller =
                        poller(kick, new RingMemory(new GuestMemoryTable(0).current(), region, bytes, null));
                file.truncate(0);
                submit(1);
                poller.poll();
                assertThat(poller.fault()).contains("truncated");
                poller.drain();
                region.release();
            }
        }
    }

    @Test
    void shouldStopAtOnceAfterAnErrorWhenNobodyElseIsAtWork() throws IOException {
        RingPoller poller = poller(kick);
        device.fail(0);
        device.hold(true);
        submit(1);
        poller.poll();
        assertThat(poller.isDoubtful()).isTrue();
        assertThat(poller.inFlight()).isEqualTo(1);
        poller.drain();
        assertThat(poller.drained()).isCompletedWithValue(1);
        assertThat(device.running()).isZero();
    }

    @Test
    void shouldSayThatRequestsAreLostWhenTheReactorDroppedItAndABackendIsAtWork() throws IOException {
        device.asynchronous(true);
        RingPoller poller = poller(kick);
        device.hold(true);
        submit(1);
        poller.poll();
        poller.failed(new IllegalStateException("the reactor has stopped"));
        poller.drain();
        assertThat(poller.drained()).isCompletedExceptionally();
        assertThat(device.running()).isEqualTo(1);
    }
}
