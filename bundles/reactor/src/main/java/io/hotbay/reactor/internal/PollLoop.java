// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor.internal;

import io.hotbay.linux.LinuxException;
import io.hotbay.reactor.Poller;
import io.hotbay.reactor.internal.PhaseClock.Phase;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.osgi.service.log.Logger;

/**
 * What a reactor's thread does: rounds over all pollers, commands between them, and sleep when there has been nothing to do for
 * a while. Confined to that thread except where noted.
 *
 * <p>The clock is read once in {@link #BLOCK} rounds, because reading it costs more than an empty round. Rounds without
 * work therefore count as busy until a whole block was without work: about a microsecond.
 */
final class PollLoop {
    /** Rounds between two looks at the clock; a power of two. */
    private static final int BLOCK = 64;

    /** Pause when the kernel refuses to let us sleep, so that a broken descriptor does not burn a core. */
    private static final long REFUSED_SLEEP_NANOS = 1_000_000;

    private static final VarHandle ROUNDS;

    static {
        try {
            ROUNDS = MethodHandles.lookup().findVarHandle(PollLoop.class, "rounds", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** A poller and whether it has been asked for notifications. */
    private static final class Slot {
        private final Poller poller;
        private final String name;
        private boolean armed;

        private Slot(Poller poller) {
            this.poller = poller;
            this.name = poller.name();
        }
    }

    private final String reactor;
    private final CommandQueue commands;
    private final Doorbell doorbell;
    private final PhaseClock clock;
    private final Logger logger;
    private final Runnable dropped;

    /** Replaced, never changed, so that whoever goes through it notices by the reference. */
    private Slot[] slots = {};

    /** Taken from the queue and not run yet; a field, so that an error on the way loses none of them. */
    private Command<?> taken;

    private boolean running = true;
    private boolean sleepRefused;
    private int idleRounds;
    private long idleSince;
    private long rounds;
    /** Another thread may put another in its place. */
    private volatile SpinBudget budget;

    private volatile List<String> names = List.of();

    /** @param dropped called for each poller that leaves without having been {@linkplain #remove removed} */
    PollLoop(
            String reactor,
            CommandQueue commands,
            Doorbell doorbell,
            PhaseClock clock,
            SpinBudget budget,
            Runnable dropped,
            Logger logger) {
        this.reactor = reactor;
        this.commands = commands;
        this.doorbell = doorbell;
        this.clock = clock;
        this.budget = budget;
        this.dropped = dropped;
        this.logger = logger;
    }

    /** Goes round until {@link #stop}. Nothing that a poller or a command throws ends it. */
    void run() {
        while (running) {
            try {
                runGuarded();
            } catch (Throwable late) {
                // A second error came up while the first was being dealt with.
                complain("error while it dealt with another one; it goes on", late);
            }
        }
    }

    private void runGuarded() {
        while (running) {
            try {
                if (taken != null || !commands.looksEmpty()) {
                    runCommands();
                }
                round();
            } catch (Throwable cause) {
                complain("error between two pollers; it goes on", cause);
                doorbell.getUp();
                disarmAll();
            }
        }
    }

    /** Leaves the loop after the current round. */
    void stop() {
        running = false;
    }

    /** Any thread. */
    void spin(SpinBudget next) {
        budget = next;
    }

    /** Any thread. */
    List<String> names() {
        return names;
    }

    /** Any thread. */
    long rounds() {
        return (long) ROUNDS.getOpaque(this);
    }

    void add(Poller poller) {
        if (indexOf(poller) >= 0) {
            throw new IllegalStateException("poller " + poller.name() + " runs on reactor " + reactor + " already");
        }
        Slot[] more = Arrays.copyOf(slots, slots.length + 1);
        more[slots.length] = new Slot(poller);
        replace(more);
    }

    /** @return whether it was there */
    boolean remove(Poller poller) {
        int index = indexOf(poller);
        if (index < 0) {
            return false;
        }
        Slot slot = slots[index];
        disarm(slot);
        // A poller whose disarm() failed has been dropped by now.
        return without(slot);
    }

    /** Takes all pollers out and tells each of them why. */
    void failAll(Throwable cause) {
        for (Slot slot : slots) {
            if (without(slot)) {
                dropped.run();
                tell(slot, cause);
            }
        }
    }

    private int indexOf(Poller poller) {
        for (int i = 0; i < slots.length; i++) {
            if (slots[i].poller == poller) {
                return i;
            }
        }
        return -1;
    }

    private boolean without(Slot slot) {
        Slot[] fewer = Stream.of(slots).filter(each -> each != slot).toArray(Slot[]::new);
        boolean changed = fewer.length != slots.length;
        replace(fewer);
        return changed;
    }

    private void replace(Slot[] changed) {
        names = Stream.of(changed).map(slot -> slot.name).toList();
        slots = changed;
    }

    private void runCommands() {
        if (taken == null) {
            taken = commands.takeAll();
        }
        while (taken != null) {
            Command<?> command = taken;
            taken = command.next;
            command.run();
        }
    }

    private void round() {
        int work = pollAll();
        long number = rounds + 1;
        ROUNDS.setOpaque(this, number);
        if (work != 0) {
            idleRounds = 0;
            if (clock.phase() != Phase.BUSY) {
                clock.enter(Phase.BUSY, System.nanoTime());
            }
        } else {
            idleRounds++;
            Thread.onSpinWait();
        }
        if ((number & (BLOCK - 1)) == 0) {
            endBlock();
        }
    }

    private int pollAll() {
        Slot[] all = slots;
        int work = 0;
        for (int i = 0; i < all.length; i++) {
            work |= poll(all[i]);
            if (slots != all) {
                // Somebody was added or removed from inside the poller: a removed one must not run again.
                break;
            }
        }
        return work;
    }

    private int poll(Slot slot) {
        try {
            return slot.poller.poll();
        } catch (Throwable cause) {
            drop(slot, cause);
            return 1;
        }
    }

    private void endBlock() {
        long now = System.nanoTime();
        if (idleRounds < BLOCK) {
            clock.enter(Phase.BUSY, now);
            return;
        }
        if (clock.phase() == Phase.BUSY) {
            idleSince = now;
        }
        clock.enter(Phase.SPIN, now);
        if (now - idleSince >= budget.nanos()) {
            rest();
        }
    }

    /** Sleeps unless somebody has work after all; on return the spinning starts anew. */
    private void rest() {
        if (armAll()) {
            long limit = sleepLimit();
            doorbell.lieDown();
            if (limit > 0 && commands.isEmpty()) {
                sleep(limit);
            }
            doorbell.getUp();
        }
        disarmAll();
        idleRounds = 0;
        idleSince = System.nanoTime();
        clock.enter(Phase.SPIN, idleSince);
    }

    private void sleep(long limit) {
        long asleep = System.nanoTime();
        clock.enter(Phase.SLEEP, asleep);
        try {
            doorbell.sleep(limit);
        } catch (LinuxException e) {
            if (!sleepRefused) {
                sleepRefused = true;
                complain("cannot sleep; it goes on with short pauses", e);
            }
            LockSupport.parkNanos(REFUSED_SLEEP_NANOS);
        }
        if (limit == Long.MAX_VALUE) {
            // a sleep that was to end at a certain time tells nothing of when work comes
            budget.slept(System.nanoTime() - asleep);
        }
    }

    private boolean armAll() {
        Slot[] all = slots;
        for (Slot slot : all) {
            if (!arm(slot) || slots != all) {
                return false;
            }
        }
        return true;
    }

    private boolean arm(Slot slot) {
        slot.armed = true;
        try {
            return slot.poller.arm();
        } catch (Throwable cause) {
            drop(slot, cause);
            return false;
        }
    }

    /** How long all of them let it sleep; 0 when one of them is gone by now. */
    private long sleepLimit() {
        long least = Long.MAX_VALUE;
        for (Slot slot : slots) {
            try {
                least = Math.min(least, slot.poller.sleepLimit());
            } catch (Throwable cause) {
                drop(slot, cause);
                return 0;
            }
        }
        return least;
    }

    private void disarmAll() {
        for (Slot slot : slots) {
            disarm(slot);
        }
    }

    private void disarm(Slot slot) {
        if (!slot.armed) {
            return;
        }
        slot.armed = false;
        try {
            slot.poller.disarm();
        } catch (Throwable cause) {
            drop(slot, cause);
        }
    }

    private void drop(Slot slot, Throwable cause) {
        if (!without(slot)) {
            return;
        }
        dropped.run();
        complain("poller " + slot.name + " failed and was dropped", cause);
        tell(slot, cause);
    }

    private void tell(Slot slot, Throwable cause) {
        try {
            slot.poller.failed(cause);
        } catch (Throwable second) {
            complain("poller " + slot.name + " failed again while it was told of its failure", second);
        }
    }

    /** A logger that fails must not end the loop either. */
    private void complain(String what, Throwable cause) {
        try {
            logger.error("reactor {}: {}", reactor, what, cause);
        } catch (Throwable ignored) {
            // There is nobody left to tell.
        }
    }
}
