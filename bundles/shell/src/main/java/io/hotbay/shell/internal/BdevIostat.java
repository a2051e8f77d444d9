// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockType;
import io.hotbay.bdev.IoStatistics.Snapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what block devices do, once in total or again and again as rates. */
@Command(
        description = "Show I/O counters of block devices, or rates with an interval.",
        footer = {
            "",
            "Without an interval: requests and bytes since the bdev was created.",
            "With one: requests and MiB per second over each interval; Ctrl-C ends it."
        })
final class BdevIostat extends ShellCommand {
    private static final double MIB = 1 << 20;

    @Parameters(arity = "0..*", paramLabel = "NAME", description = "The bdevs; default: all.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "SECONDS",
            description = "Seconds between two tables, for example 1 or 0.5.")
    private double interval;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "Number of tables; default with an interval: until Ctrl-C.")
    private int count;

    BdevIostat(TargetServices services) {
        super(services);
    }

    @Override
    void run() throws Exception {
        if (interval < 0 || count < 0) {
            throw new ShellException("bdev:iostat: interval and count must not be negative");
        }
        if (interval == 0) {
            printTotals();
            return;
        }
        printRates();
    }

    @Override
    List<String> candidates(List<String> given) {
        return services().bdevNames();
    }

    private List<BlockDevice> chosen() throws ShellException {
        if (names.isEmpty()) {
            return List.copyOf(services().bdevs().values());
        }
        List<BlockDevice> chosen = new ArrayList<>();
        for (String name : names) {
            chosen.add(services().bdev(name));
        }
        return chosen;
    }

    private void printTotals() throws ShellException {
        Table table = new Table(
                "BDEV", "READS", "WRITES", "FLUSHES", "DISCARDS", "ZEROES", "READ BYTES", "WRITTEN BYTES", "ERRORS");
        for (BlockDevice bdev : chosen()) {
            Snapshot sum = bdev.statistics().snapshot();
            table.row(
                    bdev.name(),
                    sum.requests()[BlockType.READ],
                    sum.requests()[BlockType.WRITE],
                    sum.requests()[BlockType.FLUSH],
                    sum.requests()[BlockType.DISCARD],
                    sum.requests()[BlockType.WRITE_ZEROES],
                    sum.bytes()[BlockType.READ],
                    sum.bytes()[BlockType.WRITE],
                    errors(sum));
        }
        table.print(out());
    }

    private void printRates() throws ShellException, InterruptedException {
        Map<String, Snapshot> before = snapshots();
        long last = System.nanoTime();
        for (int round = 0; count == 0 || round < count; round++) {
            TimeUnit.NANOSECONDS.sleep((long) (interval * TimeUnit.SECONDS.toNanos(1)));
            Map<String, Snapshot> now = snapshots();
            long time = System.nanoTime();
            print(before, now, (time - last) / (double) TimeUnit.SECONDS.toNanos(1));
            before = now;
            last = time;
        }
    }

    private Map<String, Snapshot> snapshots() throws ShellException {
        Map<String, Snapshot> snapshots = new HashMap<>();
        for (BlockDevice bdev : chosen()) {
            snapshots.put(bdev.name(), bdev.statistics().snapshot());
        }
        return snapshots;
    }

    private void print(Map<String, Snapshot> before, Map<String, Snapshot> now, double seconds) {
        Table table = new Table("BDEV", "READ/S", "WRITE/S", "OTHER/S", "READ MIB/S", "WRITE MIB/S", "ERRORS");
        now.keySet().stream().sorted().forEach(name -> {
            Snapshot old = before.getOrDefault(name, now.get(name));
            Snapshot current = now.get(name);
            table.row(
                    name,
                    rate(old.requests(), current.requests(), seconds, BlockType.READ),
                    rate(old.requests(), current.requests(), seconds, BlockType.WRITE),
                    rate(
                            old.requests(),
                            current.requests(),
                            seconds,
                            BlockType.FLUSH,
                            BlockType.DISCARD,
                            BlockType.WRITE_ZEROES),
                    mebibytes(old.bytes(), current.bytes(), seconds, BlockType.READ),
                    mebibytes(old.bytes(), current.bytes(), seconds, BlockType.WRITE),
                    errors(current) - errors(old));
        });
        table.print(out());
        out().println();
        out().flush();
    }

    private static long rate(long[] old, long[] now, double seconds, int... types) {
        long sum = 0;
        for (int type : types) {
            sum += now[type] - old[type];
        }
        return Math.round(sum / seconds);
    }

    private static double mebibytes(long[] old, long[] now, double seconds, int type) {
        return Math.round((now[type] - old[type]) / seconds / MIB * 10) / 10.0;
    }

    private static long errors(Snapshot snapshot) {
        long sum = 0;
        for (long errors : snapshot.errors()) {
            sum += errors;
        }
        return sum;
    }
}
