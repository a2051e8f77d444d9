// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import io.hotbay.frontend.LoadSample;
import io.hotbay.linux.Cpus;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Entry point: starts the targets, runs all cases, prints the table. */
public final class Bench {
    private static final int GOAL_MISSED = 1;
    private static final int TOO_NOISY = 2;
    private static final int FAILED = 3;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final BenchOptions options;
    private final PrintStream out;
    private final Set<CaseResult.Verdict> verdicts = EnumSet.noneOf(CaseResult.Verdict.class);

    private Bench(BenchOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    /** Runs the benchmark; see {@code --help}. */
    public static void main(String... arguments) {
        System.exit(run(arguments));
    }

    private static int run(String... arguments) {
        try {
            BenchOptions options = BenchOptions.parse(arguments);
            if (options == null) {
                System.out.print(BenchOptions.HELP);
                return 0;
            }
            return new Bench(options, System.out).measure();
        } catch (IllegalArgumentException | IOException failure) {
            System.err.println("bench: " + failure.getMessage());
            return FAILED;
        }
    }

    private int measure() throws IOException {
        Cpus.pinCurrentThread(options.loadCore());
        Path directory = Files.createTempDirectory(Path.of("/tmp"), "hbb");
        try (BenchTarget peer = PeerTarget.start("qsd", directory, options.targetCore());
                BenchTarget measured = options.home() == null
                        ? PeerTarget.start("qsd2", directory, options.targetCore())
                        : HotbayTarget.start(options.home(), directory, options.targetCore())) {
            out.printf(
                    "4 KiB random, %d pairs of %d ms, targets on core %d, load on core %d, "
                            + "guest memory in %s pages; median (10 %% - 90 %%)%n",
                    options.rounds(),
                    options.sampleMillis(),
                    options.targetCore(),
                    options.loadCore(),
                    options.hugepageSize() == 0 ? "ordinary" : (options.hugepageSize() >> 20) + " MiB");
            out.println(CaseResult.heading(measured.name(), peer.name()));
            for (BenchDisk disk : options.disks()) {
                compare(measured, peer, disk);
            }
            IdleMeasurement.print(List.of(measured, peer), options, out);
            AllocationMeasurement.print(measured, options, out);
        } finally {
            delete(directory);
        }
        if (verdicts.contains(CaseResult.Verdict.MISSED)) {
            return GOAL_MISSED;
        }
        return verdicts.contains(CaseResult.Verdict.TOO_NOISY) ? TOO_NOISY : 0;
    }

    private void compare(BenchTarget measured, BenchTarget peer, BenchDisk disk) throws IOException {
        try (DiskUnderLoad first = DiskUnderLoad.open(measured, disk, options);
                DiskUnderLoad second = DiskUnderLoad.open(peer, disk, options)) {
            for (BenchCase benchCase : options.cases(disk)) {
                CaseResult result = compare(first, second, benchCase);
                verdicts.add(result.verdict());
                out.println(result.text());
            }
        }
    }

    /** Takes samples in turn, and changes the order from pair to pair, so that a drift of the machine hits both alike. */
    private CaseResult compare(DiskUnderLoad first, DiskUnderLoad second, BenchCase benchCase) throws IOException {
        first.prepare(benchCase, options.warmUpMillis() * NANOS_PER_MILLI);
        second.prepare(benchCase, options.warmUpMillis() * NANOS_PER_MILLI);
        CaseResult result = new CaseResult(benchCase, options.goal(benchCase), options.tolerated());
        long nanos = options.sampleMillis() * NANOS_PER_MILLI;
        for (int round = 0; round < options.rounds(); round++) {
            boolean firstLeads = round % 2 == 0;
            LoadSample early = (firstLeads ? first : second).sample(nanos);
            LoadSample late = (firstLeads ? second : first).sample(nanos);
            double disturbance = Math.max(first.disturbance(), second.disturbance());
            result.add(firstLeads ? early : late, firstLeads ? late : early, disturbance);
        }
        return result;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
