// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;

/** The options of commands that show counters: once in total, or what they grow by in each interval. */
final class Repetition {
    private static final long LONGEST_SECONDS = TimeUnit.DAYS.toSeconds(1);

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "SECONDS",
            description = "Seconds between two tables, for example 1 or 0.5.")
    private Double interval;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "Number of tables; default with an interval: until Ctrl-C.")
    private Integer count;

    /** Counters as they are now. */
    interface Counters<T> {
        T read() throws ShellException;
    }

    /** Shows what counters are, with 0 seconds, or what they have grown by. */
    interface Show<T> {
        void show(T before, T now, double seconds);
    }

    /** Shows counters as the options say. */
    <T> void run(Counters<T> counters, Show<T> show, PrintWriter out) throws ShellException, InterruptedException {
        check();
        T before = counters.read();
        if (interval == null) {
            show.show(before, before, 0);
            return;
        }
        long last = System.nanoTime();
        for (int round = 0; count == null || round < count; round++) {
            TimeUnit.NANOSECONDS.sleep((long) (interval * TimeUnit.SECONDS.toNanos(1)));
            T now = counters.read();
            long time = System.nanoTime();
            out.print(round == 0 ? "" : System.lineSeparator());
            show.show(before, now, (time - last) / (double) TimeUnit.SECONDS.toNanos(1));
            out.flush();
            before = now;
            last = time;
        }
    }

    private void check() throws ShellException {
        if (interval != null && !(interval > 0 && interval <= LONGEST_SECONDS)) {
            throw new ShellException(
                    "--interval must be above 0 and at most " + LONGEST_SECONDS + " seconds, not " + interval);
        }
        if (count != null && count < 1) {
            throw new ShellException("--count must be at least 1, not " + count);
        }
        if (count != null && interval == null) {
            throw new ShellException("--count needs --interval, such as --interval 1");
        }
    }
}
