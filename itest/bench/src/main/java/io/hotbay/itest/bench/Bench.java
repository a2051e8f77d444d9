// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import io.hotbay.frontend.LoadPattern;
import io.hotbay.linux.Cpus;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Entry point: starts the targets, measures all parts, prints tables and keeps the results. */
public final class Bench {
    private static final int GOAL_MISSED = 1;
    private static final int TOO_NOISY = 2;
    private static final int FAILED = 3;

    private static final String TABLE = "--table";
    private static final int SEQUENTIAL_BLOCK = 128 << 10;
    private static final int DEPTH = 32;
    private static final double SEQUENTIAL_GOAL = 0.8;
    private static final double BACKENDS_GOAL = 0.9;

    private final BenchOptions options;
    private final Results results;
    private final long warmUpNanos;

    private Bench(BenchOptions options, PrintStream out) {
        this.options = options;
        results = new Results(out);
        warmUpNanos = options.warmUpMillis() * Pairs.NANOS_PER_MILLI;
    }

    /** Runs the benchmark; see {@code --help}. */
    public static void main(String... arguments) {
        System.exit(run(arguments));
    }

    private static int run(String... arguments) {
        try {
            if (arguments.length == 2 && arguments[0].equals(TABLE)) {
                System.out.print(ResultTable.markdown(Files.readString(ResultTable.newest(Path.of(arguments[1])))));
                return 0;
            }
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
        try (BenchFiles files = BenchFiles.in(options.directory())) {
            // A signal ends the targets too, and what they leave; whoever is still at work finds them gone.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(files), "bench-end"));
            Bench possible = new Bench(options.withDisks(possible(files)), System.out);
            possible.measure(files.sockets(), files);
            if (options.results() != null) {
                Path kept = possible.results.write(options.results(), options.commit(), possible.options);
                System.out.println("kept as " + kept);
            }
            return status(possible.results.verdicts());
        }
    }

    private static void end(BenchFiles files) {
        ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly);
        files.close();
    }

    private static int status(Set<CaseResult.Verdict> verdicts) {
        if (verdicts.contains(CaseResult.Verdict.MISSED)) {
            return GOAL_MISSED;
        }
        return verdicts.contains(CaseResult.Verdict.TOO_NOISY) ? TOO_NOISY : 0;
    }

    private List<BenchDisk> possible(BenchFiles files) throws IOException {
        List<BenchDisk> possible = new ArrayList<>();
        for (BenchDisk disk : options.disks()) {
            if (files.canHave(disk)) {
                possible.add(disk);
            } else {
                results.remark(disk.label() + " is left out: no O_DIRECT there; see --directory");
            }
        }
        return possible;
    }

    private void measure(Path directory, BenchFiles files) throws IOException {
        results.remark(String.format(
                "4 KiB random, %d pairs of %d ms, targets on core %d, load on core %d, guest memory in %s pages;"
                        + " median (10 %% - 90 %%)",
                options.rounds(),
                options.sampleMillis(),
                options.targetCore(),
                options.loadCore(),
                options.hugepageSize() == 0 ? "ordinary" : (options.hugepageSize() >> 20) + " MiB"));
        if (options.home() != null) {
            alone(directory);
        }
        try (BenchTarget peer = PeerTarget.start("qsd", directory, files, options)) {
            if (options.home() == null) {
                try (BenchTarget twin = PeerTarget.start("qsd2", directory, files, options)) {
                    ratios(twin, peer);
                }
                return;
            }
            try (HotbayTarget hotbay = HotbayTarget.start("hotbay", directory, config(files), options)) {
                against(hotbay, peer);
                within(hotbay, directory);
            }
        }
    }

    /** What is measured on a Hotbay that has the machine to itself. */
    private void alone(Path directory) throws IOException {
        if (options.wants(BenchPart.START)) {
            SizeMeasurement.start(directory, null, options, results);
            if (options.jdk() != null) {
                SizeMeasurement.start(directory, options.jdk(), options, results);
            }
        }
        if (options.wants(BenchPart.MEMORY)) {
            SizeMeasurement.memory(directory, options, results);
        }
    }

    /** Hotbay and others. */
    private void against(HotbayTarget hotbay, BenchTarget peer) throws IOException {
        if (options.wants(BenchPart.IDLE)) {
            IdleMeasurement.measure(List.of(hotbay, peer), options, results);
            IdleMeasurement.measureGuests(hotbay, options, results);
        }
        if (options.wants(BenchPart.WAKE)) {
            WakeMeasurement.measure(List.of(hotbay, peer), results);
        }
        if (options.wants(BenchPart.RATIOS)) {
            ratios(hotbay, peer);
        }
        if (options.socket() != null) {
            ratios(hotbay, GivenTarget.of(options.socket(), options.destroyData()));
        }
    }

    /** Hotbay and itself. */
    private void within(HotbayTarget hotbay, Path directory) throws IOException {
        if (options.wants(BenchPart.SEQUENTIAL)) {
            sequential(hotbay);
        }
        if (options.wants(BenchPart.QUEUES)) {
            results.heading("queues", "one");
            ScaleMeasurement.queues(hotbay, options, results);
        }
        if (options.wants(BenchPart.DISKS)) {
            results.heading("disks", "one");
            ScaleMeasurement.disks(hotbay, options, results);
        }
        if (options.wants(BenchPart.FEATURES)) {
            FeatureMeasurement.measure(hotbay, options, results);
        }
        if (options.wants(BenchPart.ALLOCATION)) {
            AllocationMeasurement.measure(hotbay, options, results);
        }
        if (options.wants(BenchPart.BACKENDS)) {
            backends(hotbay, directory);
        }
    }

    private HotbayConfig config(BenchFiles files) throws IOException {
        HotbayConfig config = new HotbayConfig();
        for (int i = 0; i <= ScaleMeasurement.MOST_DISKS; i++) {
            config.nothing(ScaleMeasurement.disk(i));
        }
        config.memory(BenchDisk.MALLOC.id(), BenchDisk.SIZE);
        if (options.wants(BenchPart.FEATURES)) {
            config.memory(FeatureMeasurement.PLAIN_MEMORY, BenchDisk.SIZE);
        }
        config.file(BenchDisk.CACHED_URING.id(), files.file("hotbay", BenchDisk.CACHED_URING), false);
        if (files.canHave(BenchDisk.DIRECT_URING)) {
            config.file(BenchDisk.DIRECT_URING.id(), files.file("hotbay", BenchDisk.DIRECT_URING), true);
        }
        return config;
    }

    private void ratios(BenchTarget measured, BenchTarget other) throws IOException {
        results.heading(measured.name(), other.name());
        for (BenchDisk disk : options.disks()) {
            try (DiskUnderLoad first = DiskUnderLoad.open(measured, disk, options);
                    DiskUnderLoad second = DiskUnderLoad.open(other, disk, options)) {
                for (BenchCase benchCase : options.cases(disk)) {
                    if (benchCase.write() && !other.isOurs()) {
                        continue;
                    }
                    first.prepare(benchCase.pattern(), warmUpNanos);
                    second.prepare(benchCase.pattern(), warmUpNanos);
                    double goal = other instanceof GivenTarget ? 0 : options.goal(benchCase);
                    CaseResult result = Pairs.measure(benchCase.text(), goal, first, second, options);
                    results.pair(result, measured.name(), other.name());
                }
            }
        }
    }

    private void sequential(HotbayTarget hotbay) throws IOException {
        results.heading(hotbay.name(), "memory copy");
        try (DiskUnderLoad disk = DiskUnderLoad.open(hotbay, BenchDisk.MALLOC, options);
                MemoryCopy copy = new MemoryCopy(SEQUENTIAL_BLOCK, options, hotbay.pid())) {
            disk.prepare(LoadPattern.randomReads(DEPTH, SEQUENTIAL_BLOCK).sequential(), warmUpNanos);
            copy.sample(warmUpNanos);
            results.pair(
                    Pairs.measure("malloc seq 128 KiB 32", options.judged(SEQUENTIAL_GOAL), disk, copy, options),
                    hotbay.name(),
                    "memory copy");
        }
    }

    /** The first process has served null, memory and files by now; the second has seen nothing but null. */
    private void backends(HotbayTarget experienced, Path directory) throws IOException {
        for (BenchDisk disk : options.disks()) {
            try (DiskUnderLoad load = DiskUnderLoad.open(experienced, disk, options)) {
                load.prepare(new BenchCase(disk, false, DEPTH, false).pattern(), warmUpNanos);
            }
        }
        HotbayConfig only = new HotbayConfig().nothing(BenchDisk.NULL.id());
        results.heading("all backends used", "null alone");
        try (HotbayTarget pure = HotbayTarget.start("pure", directory, only, options);
                DiskUnderLoad first = DiskUnderLoad.open(experienced, BenchDisk.NULL, options);
                DiskUnderLoad second = DiskUnderLoad.open(pure, BenchDisk.NULL, options)) {
            LoadPattern pattern = LoadPattern.randomReads(DEPTH, BenchCase.BLOCK);
            first.prepare(pattern, warmUpNanos);
            second.prepare(pattern, warmUpNanos);
            results.pair(
                    Pairs.measure("backends, null read 32", options.judged(BACKENDS_GOAL), first, second, options),
                    "all backends",
                    "null alone");
        }
    }
}
