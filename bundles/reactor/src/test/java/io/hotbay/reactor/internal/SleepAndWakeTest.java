// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.linux.Cpus;
import io.hotbay.linux.Descriptor;
import io.hotbay.linux.EventFd;
import io.hotbay.linux.LinuxException;
import io.hotbay.linux.internal.Kernel;
import io.hotbay.linux.internal.NativeMemory;
import io.hotbay.reactor.ReactorStatistics;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SleepAndWakeTest {
    private static final int CORE = Cpus.allowed().length() - 1;
    private static final int MANY = 20_000;
    private static final int KICKS_IN_A_STORM = 2_000;
    /** The most that the counter of an eventfd takes (eventfd(2)). */
    private static final long FULL = 0xffff_ffff_ffff_fffeL;

    private CoreReactor reactor;

    @BeforeEach
    void start() throws LinuxException {
        reactor = CoreReactor.start(CORE, SpinBudget.fixed(0), new RecordingLogger().logger());
    }

    @AfterEach
    void stop() {
        reactor.stop();
    }

    /** Work arrives over an eventfd, as a guest's kick does; each signal that was seen releases a permit. */
    private static final class KickedPoller extends CountingPoller {
        private final EventFd kick;
        private final Semaphore seen = new Semaphore(0);

        private KickedPoller(EventFd kick) {
            super("kicked");
            this.kick = kick;
        }

        @Override
        public int poll() {
            super.poll();
            return look();
        }

        private int look() {
            long kicks = kick.drain();
            if (kicks > 0) {
                seen.release();
            }
            return (int) kicks;
        }

        @Override
        public boolean arm() {
            super.arm();
            return look() == 0;
        }
    }

    @Test
    void shouldSleepWithoutPollersAndWakeForEachCommand() throws Exception {
        for (int i = 0; i < MANY; i++) {
            assertThat(reactor.run(() -> 7).get(60, TimeUnit.SECONDS)).isEqualTo(7);
        }
        assertThat(reactor.statistics().wakeUps()).isPositive();
    }

    @Test
    void shouldWakeForEachSignalOfAWatchedDescriptor() throws Exception {
        try (EventFd kick = EventFd.create()) {
            KickedPoller poller = new KickedPoller(kick);
            reactor.watch(kick.number());
            reactor.add(poller).get(60, TimeUnit.SECONDS);
            for (int i = 0; i < MANY; i++) {
                kick.signal();
                assertThat(poller.seen.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
            }
            reactor.unwatch(kick.number());
            assertThat(reactor.statistics().wakeUps()).isPositive();
            reactor.remove(poller).get(60, TimeUnit.SECONDS);
            assertThat(poller.disarms).isEqualTo(poller.arms).isPositive();
        }
    }

    @Test
    void shouldRestWhileNothingHappens() throws Exception {
        CountingPoller idle = new CountingPoller("idle");
        reactor.add(idle).get(60, TimeUnit.SECONDS);
        Eventually.until("it sleeps for a while in one go", this::restsForTenMilliseconds);
        assertThat(idle.arms).isPositive();
    }

    @Test
    void shouldLearnHowLongToSpinFromHowLongItSlept() throws Exception {
        // so long that each sleep of this test is short
        SpinBudget budget = new SpinBudget(0, TimeUnit.HOURS.toNanos(1));
        reactor.spin(budget);
        Eventually.until("it has slept with this budget", () -> budgetOf(budget) > 0);
    }

    private long budgetOf(SpinBudget budget) {
        return reactor.run(budget::nanos).join();
    }

    private boolean restsForTenMilliseconds() {
        ReactorStatistics before = reactor.statistics();
        long wanted = before.sleepNanos() + TimeUnit.MILLISECONDS.toNanos(10);
        Eventually.until("it sleeps", () -> reactor.statistics().sleepNanos() > wanted);
        ReactorStatistics after = reactor.statistics();
        return after.rounds() == before.rounds()
                && after.wakeUps() == before.wakeUps()
                && after.busyNanos() == before.busyNanos();
    }

    /** Lets the reactor sleep for a while only. */
    private static final class TimedPoller extends CountingPoller {
        private volatile long limit;

        private TimedPoller(long limit) {
            super("timed");
            this.limit = limit;
        }

        @Override
        public long sleepLimit() {
            return limit;
        }
    }

    @Test
    void shouldWakeByItselfWhenSomethingIsDue() throws Exception {
        TimedPoller poller = new TimedPoller(20_000);
        reactor.add(new CountingPoller("other")).get(60, TimeUnit.SECONDS);
        reactor.add(poller).get(60, TimeUnit.SECONDS);
        long before = reactor.statistics().wakeUps();
        Eventually.until("it woke often", () -> reactor.statistics().wakeUps() > before + 100);
        poller.limit = Long.MAX_VALUE;
        Eventually.until("it rests", this::restsForTenMilliseconds);
    }

    @Test
    void shouldNotSleepWhenSomethingIsDueAlready() throws Exception {
        TimedPoller poller = new TimedPoller(0);
        reactor.add(poller).get(60, TimeUnit.SECONDS);
        long wakeUps = reactor.statistics().wakeUps();
        Eventually.until("it was asked often", () -> poller.arms > 1_000);
        assertThat(reactor.statistics().wakeUps()).isEqualTo(wakeUps);
        assertThat(poller.disarms).isPositive();
    }

    @Test
    void shouldDropAPollerThatCannotSayWhenSomethingIsDue() throws Exception {
        CountingPoller broken = new CountingPoller("broken") {
            @Override
            public long sleepLimit() {
                throw new IllegalStateException("no idea");
            }
        };
        reactor.add(broken).get(60, TimeUnit.SECONDS);
        assertThat(broken.failure.get(60, TimeUnit.SECONDS)).hasMessage("no idea");
        assertThat(reactor.pollers()).isEmpty();
    }

    @Test
    void shouldAllocateNothingWhenItWakesByItself() throws Exception {
        reactor.add(new TimedPoller(5_000)).get(60, TimeUnit.SECONDS);
        // what is linked when it first happens may happen late
        Eventually.until("it woke 1000 times without allocating", () -> {
            long before = reactor.statistics().allocatedBytes();
            awaitWakeUps(1_000);
            return reactor.statistics().allocatedBytes() == before;
        });
    }

    private void awaitWakeUps(long count) {
        long target = reactor.statistics().wakeUps() + count;
        Eventually.until(
                "it woke " + count + " times", () -> reactor.statistics().wakeUps() >= target);
    }

    @Test
    void shouldNotSleepWhileAPollerHasWorkAfterAll() throws Exception {
        CountingPoller first = new CountingPoller("first");
        CountingPoller awake = (CountingPoller) CoreReactorTest.awake("awake");
        reactor.run(() -> {
                    reactor.add(first);
                    reactor.add(awake);
                    return null;
                })
                .get(60, TimeUnit.SECONDS);
        long wakeUps = reactor.statistics().wakeUps();
        Eventually.until("it was asked often", () -> awake.arms > 1_000);
        assertThat(reactor.statistics().wakeUps()).isEqualTo(wakeUps);
        reactor.remove(awake).get(60, TimeUnit.SECONDS);
        reactor.remove(first).get(60, TimeUnit.SECONDS);
        assertThat(first.disarms).isEqualTo(first.arms);
        assertThat(awake.disarms).isEqualTo(awake.arms);
    }

    @Test
    void shouldNoLongerWakeForADescriptorThatIsNotWatched() throws Exception {
        try (EventFd kick = EventFd.create()) {
            reactor.watch(kick.number());
            reactor.unwatch(kick.number());
            Eventually.until("it rests", this::restsForTenMilliseconds);
            long wakeUps = reactor.statistics().wakeUps();
            kick.signal();
            assertThat(reactor.statistics().wakeUps()).isEqualTo(wakeUps);
        }
    }

    /** Somebody who kicks without end and without anything to do costs rounds, in each of which the others have their turn. */
    @Test
    void shouldServeOthersWhileADescriptorIsSignalledWithoutEnd() throws Exception {
        try (EventFd storm = EventFd.create();
                EventFd kick = EventFd.create()) {
            CountingPoller idle = new CountingPoller("idle");
            KickedPoller other = new KickedPoller(kick);
            watchBoth(storm, idle, kick, other);
            Thread stormer = signalWithoutEnd(storm);
            for (int i = 0; i < KICKS_IN_A_STORM; i++) {
                kick.signal();
                assertThat(other.seen.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(stormer.isAlive()).isTrue();
            long[] polls =
                    reactor.run(() -> new long[] {idle.polls, other.polls}).get(60, TimeUnit.SECONDS);
            assertThat(polls[1]).as("turns of one and the other").isEqualTo(polls[0]);
            stormer.interrupt();
            stormer.join();
            reactor.unwatch(storm.number());
            reactor.unwatch(kick.number());
            reactor.remove(other).get(60, TimeUnit.SECONDS);
        }
    }

    /** As the kicks of a ring that has been stopped. */
    @Test
    void shouldSleepThroughSignalsOfADescriptorThatIsNoLongerWatched() throws Exception {
        try (EventFd storm = EventFd.create()) {
            reactor.watch(storm.number());
            reactor.unwatch(storm.number());
            Eventually.until("it rests", this::restsForTenMilliseconds);
            long wakeUps = reactor.statistics().wakeUps();
            for (int i = 0; i < MANY; i++) {
                storm.signal();
            }
            assertThat(reactor.statistics().wakeUps()).isEqualTo(wakeUps);
            assertThat(reactor.run(() -> 7).get(60, TimeUnit.SECONDS)).isEqualTo(7);
        }
    }

    /** Whoever has it too can fill its counter and have readers wait; it is neither read nor written here. */
    @Test
    void shouldServeOthersWhileACounterIsFullAndItsDescriptorBlocks() throws Exception {
        Descriptor full = Descriptor.adopt(Kernel.LIBC.eventfd(0, 0));
        try (full;
                EventFd kick = EventFd.create()) {
            NativeMemory most = new NativeMemory(Long.BYTES);
            most.bytes().putLong(0, FULL);
            assertThat(Kernel.HOT.write(full.number(), most.address(), Long.BYTES))
                    .isEqualTo(Long.BYTES);
            KickedPoller other = new KickedPoller(kick);
            watchBoth(EventFd.adopt(full), new CountingPoller("idle"), kick, other);
            for (int i = 0; i < KICKS_IN_A_STORM; i++) {
                kick.signal();
                assertThat(other.seen.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
            }
            Eventually.until("it rests", this::restsForTenMilliseconds);
            reactor.unwatch(full.number());
            reactor.unwatch(kick.number());
            reactor.remove(other).get(60, TimeUnit.SECONDS);
        }
    }

    /** Both pollers come in one round, so that the turns of each can be compared. */
    private void watchBoth(EventFd one, CountingPoller idle, EventFd kick, KickedPoller other) throws Exception {
        reactor.watch(one.number());
        reactor.watch(kick.number());
        reactor.run(() -> {
                    reactor.add(idle);
                    reactor.add(other);
                    return null;
                })
                .get(60, TimeUnit.SECONDS);
    }

    private static Thread signalWithoutEnd(EventFd storm) {
        Thread stormer = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                storm.signal();
            }
        });
        stormer.setDaemon(true);
        stormer.start();
        return stormer;
    }

    @Test
    void shouldRefuseToWatchWhatIsNoDescriptor() {
        assertThatThrownBy(() -> reactor.watch(100_000))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("100000")
                .hasMessageContaining("EBADF");
    }

    @Test
    void shouldAllocateNothingInAMillionRounds() throws Exception {
        reactor.add(CoreReactorTest.awake("awake")).get(60, TimeUnit.SECONDS);
        awaitRounds(1_000_000);
        long before = reactor.statistics().allocatedBytes();
        awaitRounds(1_000_000);
        assertThat(before).isNotNegative();
        assertThat(reactor.statistics().allocatedBytes() - before).isZero();
    }

    @Test
    void shouldAllocateNothingWhenItSleepsAndWakes() throws Exception {
        try (EventFd kick = EventFd.create()) {
            KickedPoller poller = new KickedPoller(kick);
            reactor.watch(kick.number());
            reactor.add(poller).get(60, TimeUnit.SECONDS);
            // what is linked when it first happens may happen late
            Eventually.until("it woke 1000 times without allocating", () -> {
                long before = reactor.statistics().allocatedBytes();
                kickUntilWakes(poller, 1_000);
                return reactor.statistics().allocatedBytes() == before;
            });
            reactor.unwatch(kick.number());
        }
    }

    private void awaitRounds(long count) {
        long target = reactor.statistics().rounds() + count;
        Eventually.until(
                "it made " + count + " rounds", () -> reactor.statistics().rounds() >= target);
    }

    /** Kicks a reactor that has had the time to fall asleep: one that is kicked at once may never come to it. */
    private void kickUntilWakes(KickedPoller poller, long count) {
        long target = reactor.statistics().wakeUps() + count;
        while (reactor.statistics().wakeUps() < target) {
            poller.kick.signal();
            Eventually.until("the kick is seen", poller.seen::tryAcquire);
            LockSupport.parkNanos(50_000);
        }
    }
}
