// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench.swaps;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Hotbay, started from its distribution with one disk, and swapped through its control socket. */
final class SwapTarget implements AutoCloseable {
    private static final long START_SECONDS = 60;
    private static final long STOP_SECONDS = 20;
    private static final long SWAP_SECONDS = 60;
    private static final long LOOK_EVERY_MILLIS = 20;

    private static final String CONFIG = """
            {
              "bdevs": [{"type": "%s", "name": "Disk0", "size": "64MiB"%s}],
              "controllers": [{"type": "blk", "name": "disk0", "bdev": "Disk0"}]
            }
            """;

    private final Path directory;
    private final Process process;
    private final ControlSocket control;

    private SwapTarget(Path directory, Process process) {
        this.directory = directory;
        this.process = process;
        control = new ControlSocket(directory.resolve("r/control.sock"));
    }

    static SwapTarget start(SwapOptions options, Path directory) throws IOException {
        String file = options.diskType().equals("uring")
                ? ", \"create\": true, \"filename\": \"" + directory.resolve("disk.img") + '"'
                : "";
        Path config =
                Files.writeString(directory.resolve("config.json"), String.format(CONFIG, options.diskType(), file));
        List<String> command = new ArrayList<>(List.of("taskset", "-c", options.targetCores()));
        command.add(options.home().resolve("bin/hotbay").toString());
        command.addAll(List.of("-S", directory.resolve("s").toString()));
        command.addAll(List.of("-m", Integer.toString(options.reactorCore())));
        command.addAll(List.of("-c", config.toString()));
        command.addAll(List.of("--state-dir", directory.resolve("t").toString()));
        command.addAll(List.of("--run-dir", directory.resolve("r").toString()));
        command.addAll(List.of("--deploy-dir", directory.resolve("d").toString()));
        command.addAll(List.of("--kata-store", directory.resolve("k").toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile())
                .start();
        SwapTarget target = new SwapTarget(directory, process);
        boolean started = false;
        try {
            target.awaitSocket();
            started = true;
            return target;
        } finally {
            if (!started) {
                target.close();
            }
        }
    }

    private void awaitSocket() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!Files.exists(socket())) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IOException("hotbay did not start: " + output());
            }
            pause(LOOK_EVERY_MILLIS);
        }
    }

    /** The socket of its disk. */
    Path socket() {
        return directory.resolve("s/disk0");
    }

    /** What it has printed. */
    String output() throws IOException {
        return Files.readString(directory.resolve("output")).strip();
    }

    /**
     * What the product tells of a swap.
     *
     * @param start identifies it
     * @param pauseMicros the longest pause
     */
    record Report(String start, String outcome, String reason, long millis, long pauseMicros) {
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

        private static String field(String json, String name) {
            Matcher matcher =
                    Pattern.compile("\"" + name + "\": (?:\"([^\"]*)\"|(\\d+))").matcher(json);
            if (!matcher.find()) {
                throw new IllegalArgumentException("deploy:history tells no " + name + ": " + json);
            }
            return matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
        }
    }

    /** Updates a bundle with the content it has, waits until that is over, and returns what the product tells of it. */
    Report swap(String bundle) throws IOException {
        Report before = last();
        control.execute("deploy:update " + bundle);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SWAP_SECONDS);
        while (System.nanoTime() < deadline) {
            Report report = lastIfItAnswers(before);
            if (!report.start().equals(before.start())) {
                if (!report.outcome().equals("done")) {
                    throw new IOException("the update of " + bundle + " ended as " + report.outcome() + ": "
                            + report.reason() + "\n" + output());
                }
                return report;
            }
            pause(LOOK_EVERY_MILLIS);
        }
        throw new IOException("the update of " + bundle + " did not end within " + SWAP_SECONDS + " s:\n" + output());
    }

    private Report last() throws IOException {
        return Report.of(control.execute("deploy:history -n 1 --json"));
    }

    /** The shell is replaced too, with the api for example. */
    private Report lastIfItAnswers(Report otherwise) {
        try {
            return last();
        } catch (IOException away) {
            return otherwise;
        }
    }

    static void pause(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
