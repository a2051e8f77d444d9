// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench.swaps;

import io.hotbay.itest.bench.HotbayProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Hotbay with one disk, swapped through its control socket. */
final class SwapTarget implements AutoCloseable {
    private static final String CONTROLLER = "disk0";
    private static final long SWAP_SECONDS = 60;
    private static final long LOOK_EVERY_MILLIS = 20;

    private static final String CONFIG = """
            {
              "bdevs": [{"type": "%s", "name": "Disk0", "size": "64MiB"%s}],
              "controllers": [{"type": "blk", "name": "%s", "bdev": "Disk0"}]
            }
            """;

    private final HotbayProcess process;

    private SwapTarget(HotbayProcess process) {
        this.process = process;
    }

    static SwapTarget start(SwapOptions options, Path directory) throws IOException {
        String file = options.diskType().equals("uring")
                ? ", \"create\": true, \"filename\": \"" + directory.resolve("disk.img") + '"'
                : "";
        return new SwapTarget(HotbayProcess.start(
                new HotbayProcess.Place(options.home(), null, options.targetCores(), options.reactorCore()),
                directory,
                String.format(CONFIG, options.diskType(), file, CONTROLLER),
                List.of(CONTROLLER)));
    }

    /** The socket of its disk. */
    Path socket() {
        return process.socket(CONTROLLER);
    }

    /**
     * What the product tells of a swap.
     *
     * @param start identifies it
     * @param pauseMicros the longest pause
     */
    record Report(String start, String outcome, String reason, long millis, long pauseMicros) {
        private static final Pattern PAUSE = Pattern.compile("longest pause ([0-9.]+) ms");
        private static final Report NONE = new Report("", "", "", 0, 0);

        static Report of(String json) {
            return json.contains("\"start\"")
                    ? new Report(
                            field(json, "start"),
                            field(json, "outcome"),
                            field(json, "reason"),
                            Long.parseLong(field(json, "millis")),
                            Long.parseLong(field(json, "longest_pause_micros")))
                    : NONE;
        }

        /** What {@code bin/hotbay upgrade} has printed. */
        static Report ofUpgrade(String text, long millis) {
            Matcher matcher = PAUSE.matcher(text);
            if (!matcher.find()) {
                throw new IllegalArgumentException("the upgrade tells no pause: " + text);
            }
            return new Report("", "done", "", millis, Math.round(1000 * Double.parseDouble(matcher.group(1))));
        }

        private static String field(String json, String name) {
            Matcher matcher =
                    Pattern.compile("\"" + name + "\": (?:\"([^\"]*)\"|(\\d+))").matcher(json);
            if (!matcher.find()) {
                throw new IllegalArgumentException("deploy:history tells no " + name + ": " + json);
            }
            return matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
        }
    }

    /** Swaps something, waits until that is over, and returns what the product tells of it. */
    Report swap(SwapKind kind, String diskType) throws IOException {
        return kind == SwapKind.PROCESS ? upgrade() : update(kind.bundle(diskType));
    }

    private Report upgrade() throws IOException {
        long begin = System.nanoTime();
        String told = process.upgrade();
        return Report.ofUpgrade(told, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
    }

    /** Updates a bundle with the content it has, waits until that is over, and returns what the product tells of it. */
    private Report update(String bundle) throws IOException {
        Report before = last();
        process.execute("deploy:update " + bundle);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SWAP_SECONDS);
        while (System.nanoTime() < deadline) {
            Report report = lastIfItAnswers(before);
            if (!report.start().equals(before.start())) {
                if (!report.outcome().equals("done")) {
                    throw new IOException("the update of " + bundle + " ended as " + report.outcome() + ": "
                            + report.reason() + "\n" + process.output());
                }
                return report;
            }
            HotbayProcess.pause(LOOK_EVERY_MILLIS);
        }
        throw new IOException(
                "the update of " + bundle + " did not end within " + SWAP_SECONDS + " s:\n" + process.output());
    }

    private Report last() throws IOException {
        return Report.of(process.execute("deploy:history -n 1 --json"));
    }

    /** The shell is replaced too, with the api for example. */
    private Report lastIfItAnswers(Report otherwise) {
        try {
            return last();
        } catch (IOException away) {
            return otherwise;
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
