// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench.swaps;

import io.hotbay.itest.bench.HotbayProcess;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Entry point of the swap benchmark. */
public final class Swaps {
    private static final int GOAL_MISSED = 1;
    private static final int FAILED = 3;
    /** Swaps made at most for each that is wanted: those that the host disturbs do not count. */
    private static final int ATTEMPTS = 3;

    private final SwapOptions options;
    private final PrintStream out;

    private Swaps(SwapOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    /** Runs the benchmark; see {@code --help}. */
    public static void main(String... arguments) {
        System.exit(run(arguments));
    }

    private static int run(String... arguments) {
        try {
            SwapOptions options = SwapOptions.parse(arguments);
            if (options == null) {
                System.out.print(SwapOptions.HELP);
                return 0;
            }
            return new Swaps(options, System.out).measure();
        } catch (IllegalArgumentException | IOException failure) {
            System.err.println("swaps: " + failure.getMessage());
            return FAILED;
        }
    }

    private int measure() throws IOException {
        // as /run on most machines: the framework keeps bundles in the run directory
        Path directory = Files.createTempDirectory(Path.of("/dev/shm"), "hbs");
        try (SwapTarget target = SwapTarget.start(options, directory);
                LoadThread load = LoadThread.start(target, options)) {
            String title = String.format(
                    "%d swaps of each kind under 4 KiB verified random I/O, queue depth %d, %s disk, target on core %s, "
                            + "load on core %d",
                    options.swaps(), options.depth(), options.diskType(), options.targetCores(), options.loadCore());
            out.println(title);
            HotbayProcess.pause(options.warmUpMillis());
            List<SwapSample> samples = swap(target, load);
            Timeline timeline = load.end();
            StallTable table = new StallTable(options, timeline, samples);
            table.print(out);
            out.printf(
                    "%d requests answered, none failed, lost or answered twice; all content verified%n",
                    load.completed());
            Files.writeString(options.plot(), new TimelinePlot(timeline, samples).svg(title));
            out.println("latency over time: " + options.plot().toAbsolutePath());
            return table.hasMissedAGoal() ? GOAL_MISSED : 0;
        } finally {
            delete(directory);
        }
    }

    /** In turn, so that a drift of the machine hits all kinds alike. */
    private List<SwapSample> swap(SwapTarget target, LoadThread load) throws IOException {
        List<SwapSample> samples = new ArrayList<>();
        for (int round = 0; round < ATTEMPTS * options.swaps(); round++) {
            for (SwapKind kind : options.kinds()) {
                if (undisturbed(samples, kind) < options.swaps()) {
                    samples.add(swap(target, kind));
                    HotbayProcess.pause(kind.intervalMillis(options) - SwapSample.AFTERMATH_MILLIS);
                    load.check();
                }
            }
        }
        return samples;
    }

    private SwapSample swap(SwapTarget target, SwapKind kind) throws IOException {
        StolenTime stolen = new StolenTime();
        long begin = System.nanoTime();
        SwapTarget.Report report = target.swap(kind, options.diskType());
        long end = System.nanoTime();
        HotbayProcess.pause(SwapSample.AFTERMATH_MILLIS);
        return new SwapSample(kind, begin, end, report, stolen.millis());
    }

    private static long undisturbed(List<SwapSample> samples, SwapKind kind) {
        return samples.stream()
                .filter(sample -> sample.kind() == kind && !sample.isDisturbed())
                .count();
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
