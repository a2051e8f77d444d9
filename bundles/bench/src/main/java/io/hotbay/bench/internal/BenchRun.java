// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.internal;

import io.hotbay.bdev.ByteSize;
import io.hotbay.bench.report.Figures;
import io.hotbay.bench.report.Latency;
import io.hotbay.bench.report.Report;
import io.hotbay.bench.report.ReportJson;
import io.hotbay.bench.report.ReportPlot;
import io.hotbay.bench.report.ReportText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** One run, from the socket to the report. An interruption ends it early, with the figures so far. */
final class BenchRun {
    private static final int LOOK_EVERY_MILLIS = 200;

    private final Path socket;
    private final BenchOptions options;
    private final PrintWriter out;
    private final Histogram latency = LoadThread.histogram();
    private final List<Figures> seconds = new ArrayList<>();
    private boolean interrupted;

    BenchRun(Path socket, BenchOptions options, PrintWriter out) {
        this.socket = socket;
        this.options = options;
        this.out = out;
    }

    /** Runs it. When this returns, or throws, the connection is closed and nothing of the load is left. */
    void run() throws BenchException {
        OptionCheck.check(options);
        LoadThread load;
        try (Disk disk = Disk.open(socket, options)) {
            out.println(headline(disk));
            out.flush();
            load = new LoadThread(disk, options);
            load.start();
            try {
                follow(load);
            } finally {
                load.stop();
                load.join();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        Report report = new Report(parameters(), seconds, total());
        print(report);
        write(report);
        judge(report, load.corruptAtEnd());
    }

    private String headline(Disk disk) {
        return socket + ": " + ByteSize.format(disk.size()) + ", " + ByteSize.format(options.blockSize) + " "
                + (options.sequential ? "sequential" : "random") + ", " + options.readPercent + " % reads, depth "
                + options.depth + (options.queues == 1 ? "" : " on each of " + options.queues + " queues")
                + (options.interrupts ? ", interrupts" : ", polling") + (options.verify ? ", verified" : "");
    }

    private void follow(LoadThread load) {
        while (true) {
            boolean done = load.isDone();
            LoadThread.Slice slice = next(load);
            if (slice != null) {
                take(load, slice);
            } else if (done) {
                return;
            }
        }
    }

    private LoadThread.Slice next(LoadThread load) {
        try {
            return load.poll(load.isDone() ? 0 : LOOK_EVERY_MILLIS);
        } catch (InterruptedException end) {
            interrupted = true;
            load.stop();
            return null;
        }
    }

    private void take(LoadThread load, LoadThread.Slice slice) {
        Figures second = new Figures(
                slice.start(),
                slice.seconds(),
                slice.reads(),
                slice.writes(),
                (slice.reads() + slice.writes()) * options.blockSize,
                slice.errors(),
                slice.corrupt(),
                Latency.of(slice.latency()));
        latency.add(slice.latency());
        load.recycle(slice.latency());
        if (!options.quiet) {
            if (seconds.isEmpty()) {
                out.println(ReportText.heading());
            }
            out.println(ReportText.line(second));
            out.flush();
        }
        seconds.add(second);
    }

    private Figures total() {
        double time = seconds.stream().mapToDouble(Figures::seconds).sum();
        return new Figures(
                0,
                time,
                seconds.stream().mapToLong(Figures::reads).sum(),
                seconds.stream().mapToLong(Figures::writes).sum(),
                seconds.stream().mapToLong(Figures::bytes).sum(),
                seconds.stream().mapToLong(Figures::errors).sum(),
                seconds.stream().mapToLong(Figures::corrupt).sum(),
                Latency.of(latency));
    }

    private Map<String, Object> parameters() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("socket", socket.toString());
        parameters.put("finished", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        parameters.put("block_size", options.blockSize);
        parameters.put("depth", options.depth);
        parameters.put("queues", options.queues);
        parameters.put("read_percent", options.readPercent);
        parameters.put("pattern", options.sequential ? "sequential" : "random");
        parameters.put("completion", options.interrupts ? "interrupts" : "polling");
        parameters.put("indirect", options.indirect);
        parameters.put("verify", options.verify);
        parameters.put("seconds", options.seconds);
        parameters.put("warm_up_seconds", options.warmUpSeconds);
        parameters.put("range", options.range);
        parameters.put("seed", options.seed);
        parameters.put("core", options.core);
        parameters.put("hugepages", options.hugepages);
        parameters.put("interrupted", interrupted);
        parameters.put("java", System.getProperty("java.runtime.version"));
        parameters.put("kernel", System.getProperty("os.version"));
        return parameters;
    }

    private void print(Report report) {
        if (options.quiet || report.seconds().isEmpty()) {
            out.println(ReportText.heading());
        }
        out.println(ReportText.line("total", report.total()));
        out.println((interrupted ? "stopped early; " : "") + report.total().reads() + " reads, "
                + report.total().writes() + " writes"
                + (options.verify ? ", " + (interrupted ? "not read back" : "all read back") : ""));
        out.flush();
    }

    private void write(Report report) throws BenchException {
        if (options.json != null) {
            write("--json", options.json, ReportJson.of(report));
        }
        if (options.plot != null) {
            write("--plot", options.plot, ReportPlot.svg(socket.getFileName().toString(), report));
        }
    }

    private static void write(String option, Path file, String content) throws BenchException {
        try {
            Files.writeString(file, content);
        } catch (IOException e) {
            throw new BenchException(option + " " + file + " cannot be written: " + e.getMessage(), e);
        }
    }

    private static void judge(Report report, long corruptAtEnd) throws BenchException {
        Figures total = report.total();
        if (total.corrupt() + corruptAtEnd > 0) {
            throw new BenchException(
                    "DATA IS WRONG: " + total.corrupt() + " reads brought other content than was written"
                            + " last, and " + corruptAtEnd + " blocks held other content in the end");
        }
        if (total.errors() > 0) {
            throw new BenchException(total.errors() + " requests failed");
        }
    }
}
