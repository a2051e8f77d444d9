// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockType;
import io.hotbay.bdev.IoStatistics.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows what block devices do, once in total or again and again as rates. */
@Command(
        description = "Show I/O counters of block devices, or rates with an interval.",
        footer = {
            "",
            "Without an interval: requests and MiB since the bdev was created.",
            "With one: requests and MiB per second over each interval; Ctrl-C ends it."
        })
final class BdevIostat extends ShellCommand {
    @Parameters(arity = "0..*", paramLabel = "NAME", description = "The bdevs; default: all.")
    private List<String> names = new ArrayList<>();

    @Mixin
    private Repetition repetition = new Repetition();

    BdevIostat(TargetServices services) {
        super(services);
    }

    @Override
    void run() throws Exception {
        repetition.run(this::snapshots, this::print, out());
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

    private Map<String, Snapshot> snapshots() throws ShellException {
        Map<String, Snapshot> snapshots = new TreeMap<>();
        for (BlockDevice bdev : chosen()) {
            snapshots.put(bdev.name(), bdev.statistics().snapshot());
        }
        return snapshots;
    }

    private void print(Map<String, Snapshot> before, Map<String, Snapshot> now, double seconds) {
        if (seconds > 0) {
            printRates(before, now, seconds);
        } else {
            printTotals(now);
        }
    }

    private void printTotals(Map<String, Snapshot> now) {
        Table table = new Table(
                "BDEV", "READS", "WRITES", "FLUSHES", "DISCARDS", "ZEROES", "READ MiB", "WRITTEN MiB", "ERRORS");
        now.forEach((name, sum) -> table.row(
                name,
                sum.requests()[BlockType.READ],
                sum.requests()[BlockType.WRITE],
                sum.requests()[BlockType.FLUSH],
                sum.requests()[BlockType.DISCARD],
                sum.requests()[BlockType.WRITE_ZEROES],
                QueueIoText.mebibytes(sum.bytes()[BlockType.READ]),
                QueueIoText.mebibytes(sum.bytes()[BlockType.WRITE]),
                errors(sum)));
        table.print(out());
    }

    private void printRates(Map<String, Snapshot> before, Map<String, Snapshot> now, double seconds) {
        Table table = new Table("BDEV", "READ/s", "WRITE/s", "OTHER/s", "READ MiB/s", "WRITE MiB/s", "ERRORS");
        now.forEach((name, current) -> {
            Snapshot old = before.getOrDefault(name, current);
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
    }

    private static long rate(long[] old, long[] now, double seconds, int... types) {
        long sum = 0;
        for (int type : types) {
            sum += now[type] - old[type];
        }
        return Math.round(sum / seconds);
    }

    private static double mebibytes(long[] old, long[] now, double seconds, int type) {
        return QueueIoText.mebibytes((now[type] - old[type]) / seconds);
    }

    private static long errors(Snapshot snapshot) {
        long sum = 0;
        for (long errors : snapshot.errors()) {
            sum += errors;
        }
        return sum;
    }
}
