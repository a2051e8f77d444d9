// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.hotbay.linux.internal.Kernel;
import io.hotbay.linux.internal.NativeMemory;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EventFdTest {
    /** fcntl(2). */
    private static final int F_GETFL = 3;

    private static final int O_NONBLOCK = 0x800;

    @Test
    void shouldSumItsSignalsAndBeEmptyAfterwards() throws Exception {
        try (EventFd event = EventFd.create()) {
            assertThat(event.drain()).isZero();
            event.signal();
            event.signal();
            event.signal();
            assertThat(event.drain()).isEqualTo(3);
            assertThat(event.drain()).isZero();
        }
    }

    @Test
    void shouldReachWhoeverHoldsADuplicate() throws Exception {
        try (EventFd event = EventFd.create();
                EventFd twin = EventFd.adopt(Descriptor.adopt(event.number()).duplicate())) {
            event.signal();
            assertThat(twin.drain()).isOne();
        }
    }

    @Test
    void shouldNotWaitOnABlockingDescriptorThatIsEmpty() throws Exception {
        try (EventFd event = blocking()) {
            assertThat(new WaitingThread<>(event::drain).result()).isZero();
            event.signal();
            assertThat(event.drain()).isOne();
        }
    }

    private static EventFd blocking() {
        return EventFd.adopt(Descriptor.adopt(Kernel.LIBC.eventfd(0, Descriptor.O_CLOEXEC)));
    }

    @Test
    void shouldLeaveAFullCounterAlone() throws Exception {
        try (EventFd event = EventFd.create()) {
            long full = -2;
            ByteBuffer value = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());
            value.putLong(0, full);
            long address = NativeMemory.addressOf(value);
            assertThat(Kernel.HOT.write(event.number(), address, 8)).isEqualTo(8);
            event.signal();
            assertThat(event.drain()).isEqualTo(full);
        }
    }

    @Test
    void shouldNotBeHeldUpByACounterThatSomebodyElseHasFilled() throws Exception {
        try (EventFd event = blocking()) {
            event.signal();
            fill(event, -3);
            WaitingThread<Boolean> writer = new WaitingThread<>(() -> {
                event.signal();
                return event.isBlocked();
            });
            assertThat(writer.result()).isTrue();
            event.drain();
            event.signal();
            assertThat(event.drain()).as("signals after that").isZero();
        }
    }

    @Test
    void shouldNotBeHeldUpAfterALongPauseEither() throws Exception {
        try (EventFd event = blocking()) {
            event.signal();
            while (!SignalWatch.isDozing()) {
                Thread.sleep(10);
            }
            fill(event, -3);
            WaitingThread<Boolean> writer = new WaitingThread<>(() -> {
                event.signal();
                return event.isBlocked();
            });
            assertThat(writer.result()).isTrue();
        }
    }

    /** Another thread may be on its way to the kernel when the watch has looked. */
    @Test
    void shouldHaveNobodyWaitForACounterThatWasFoundFull() throws Exception {
        try (EventFd event = blocking()) {
            event.signal();
            fill(event, -3);
            new WaitingThread<>(() -> {
                        event.signal();
                        return event.isBlocked();
                    })
                    .result();
            assertThat(Kernel.LIBC.fcntl(event.number(), F_GETFL, 0) & O_NONBLOCK)
                    .isNotZero();
        }
    }

    @Test
    void shouldHaveAThreadForItsWatchOnlyWhileThereIsSomethingToWatch() throws Exception {
        // that of the tests before may be about to end
        awaitNoWatch();
        try (EventFd event = blocking();
                EventFd another = blocking()) {
            event.signal();
            assertThat(watches()).isOne();
            another.signal();
            assertThat(watches()).isOne();
        }
        awaitNoWatch();
        try (EventFd event = blocking()) {
            event.signal();
            assertThat(watches()).isOne();
        }
    }

    private static void awaitNoWatch() throws InterruptedException {
        while (watches() != 0) {
            Thread.sleep(1);
        }
    }

    private static long watches() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("hotbay-signal-watch"))
                .count();
    }

    private static void fill(EventFd event, long value) {
        NativeMemory memory = new NativeMemory(Long.BYTES);
        memory.bytes().putLong(0, value);
        assertThat(Kernel.HOT.write(event.number(), memory.address(), 8)).isEqualTo(8);
    }

    @Test
    void shouldTakeNothingFromADescriptorOfAnotherKind() throws Exception {
        try (EventFd impostor = EventFd.adopt(Memfd.create("impostor", 3))) {
            assertThat(impostor.drain()).isZero();
        }
    }

    @Test
    void shouldRefuseToSignalOnceClosed() throws Exception {
        EventFd event = EventFd.create();
        event.close();
        event.close();
        assertThatThrownBy(event::signal).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(event::drain).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldAllocateNothing() throws Exception {
        try (EventFd event = EventFd.create();
                Epoll epoll = Epoll.create()) {
            epoll.add(event.number(), Epoll.IN, 7);
            long rounds = 20_000;
            signalAndTake(event, epoll, rounds);
            long before = allocated();
            long sum = signalAndTake(event, epoll, rounds);
            assertThat(allocated() - before).as("bytes in %d rounds", rounds).isLessThan(rounds);
            assertThat(sum).isEqualTo(8 * rounds);
        }
    }

    private static long signalAndTake(EventFd event, Epoll epoll, long rounds) throws Exception {
        long sum = 0;
        for (long i = 0; i < rounds; i++) {
            event.signal();
            epoll.await(-1);
            sum += epoll.token(0) + event.drain();
        }
        return sum;
    }

    private static long allocated() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
