// SPDX-License-Identifier: Apache-2.0
package io.hotbay.health.internal;

import io.hotbay.reactor.ReactorStatistics;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a reactor has done between two looks at it. */
final class ReactorWatch {
    /** From this share of its time on a reactor counts as always busy. */
    private static final double BUSY = 0.99;
    /** A reactor that gets less than this share of the processor time it wants starves. */
    private static final double STARVED = 0.5;
    /** Wanting less than this says nothing. */
    private static final long HARDLY_AWAKE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    /** Mean length of a round from which on guests notice. */
    private static final long SLOW_ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final long busy;
    private final long awake;
    private final long asleep;
    private final long rounds;
    private final long processor;
    private final boolean processorKnown;

    ReactorWatch(ReactorStatistics before, ReactorStatistics after) {
        busy = after.busyNanos() - before.busyNanos();
        awake = busy + after.spinNanos() - before.spinNanos();
        asleep = after.sleepNanos() - before.sleepNanos();
        rounds = after.rounds() - before.rounds();
        processor = after.cpuNanos() - before.cpuNanos();
        processorKnown = before.cpuNanos() >= 0 && after.cpuNanos() >= 0;
    }

    /** Reports the worst that is wrong: what is below it follows from it. */
    void find(int core, List<String> pollers, Findings findings) {
        String subject = "the reactor on core " + core + " ";
        String who = pollers.isEmpty() ? "no poller" : String.join(", ", pollers);
        if (rounds == 0 && asleep == 0) {
            findings.critical(subject + "has not ended a round for " + millis(awake) + " ms, " + blame() + " (" + who
                    + "): jstack shows where it is");
        } else if (isStarved()) {
            findings.warn(subject + "got " + millis(processor) + " of the " + millis(awake)
                    + " ms of processor time it wanted: keep other processes away from core " + core
                    + ", or give the target others with -m");
        } else if (rounds > 0 && awake / rounds > SLOW_ROUND_NANOS) {
            findings.warn(subject + "needs " + millis(awake / rounds) + " ms a round: one of its pollers blocks (" + who
                    + "); jstack shows which");
        } else if (pollers.size() > 1 && busy >= BUSY * (awake + asleep)) {
            findings.warn(subject + "is always busy, and " + pollers.size()
                    + " pollers share it: give the target more cores with -m, or these controllers others");
        }
    }

    private String blame() {
        return isStarved()
                ? "and gets no processor time: its core is taken, or the kernel keeps it waiting"
                : "one of its pollers does not return";
    }

    private boolean isStarved() {
        return processorKnown && awake >= HARDLY_AWAKE_NANOS && processor < STARVED * awake;
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
