// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import io.hotbay.frontend.FrontendConnection;
import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.LoadGenerator;
import io.hotbay.frontend.LoadPattern;
import io.hotbay.frontend.SessionOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a Hotbay with one disk of 64 MiB takes: time to the socket, and memory after a load. */
final class SizeMeasurement {
    private static final int STARTS = 5;
    private static final long DISK = 64L << 20;
    private static final String NAME = "small0";
    private static final double MOST_SECONDS = 1.5;
    private static final double MOST_MEBIBYTES = 150;
    private static final long LOAD_NANOS = 2_000_000_000L;
    private static final double KIB_PER_MIB = 1024;

    private SizeMeasurement() {}

    /**
     * From exec to a socket that takes a connection, on the JDK that the program finds or on a given one, with that JDK's class data
     * archive. The compiler may use the load's core, as there is no load yet.
     */
    static void start(Path parent, Path jdk, BenchOptions options, Results results) throws IOException {
        archive(jdk, options);
        String cores = options.targetCore() + "," + options.loadCore();
        List<Double> seconds = new ArrayList<>();
        for (int i = 0; i < STARTS; i++) {
            Path directory = Files.createDirectory(parent.resolve("s" + i));
            long start = System.nanoTime();
            try (HotbayTarget target = HotbayTarget.start("hotbay", directory, config(), options, jdk, cores)) {
                FrontendConnection.connect(target.socket(NAME)).close();
                seconds.add((System.nanoTime() - start) * 1e-9);
            }
            BenchFiles.delete(directory);
        }
        String where = jdk == null ? "hotbay" : "hotbay, " + jdk.getFileName();
        results.figure(
                "exec to socket, median of " + STARTS,
                where,
                Statistics.of(seconds).median(),
                "s",
                options.judged(MOST_SECONDS));
    }

    private static void archive(Path jdk, BenchOptions options) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        options.home().resolve("bin/hotbay").toString(), "archive")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        if (jdk != null) {
            builder.environment().put("JAVA_HOME", jdk.toString());
        }
        try {
            if (builder.start().waitFor() != 0) {
                throw new IOException("bin/hotbay archive has failed");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the class data archive was made", interrupted);
        }
    }

    /** Memory that is the process's own or a file's; the disk lies in shared memory or hugepages, which count apart. */
    static void memory(Path parent, BenchOptions options, Results results) throws IOException {
        Path directory = Files.createDirectory(parent.resolve("m"));
        try (HotbayTarget target = HotbayTarget.start("hotbay", directory, config(), options);
                FrontendSession session = FrontendProfile.CLOUD_HYPERVISOR.open(
                        target.socket(NAME), SessionOptions.DEFAULT.withQueueSize(256))) {
            new LoadGenerator(session, LoadPattern.mixed(32, BenchCase.BLOCK, 50)).run(0, LOAD_NANOS);
            String status = Files.readString(Path.of("/proc", Long.toString(target.pid()), "status"));
            double own = (kibibytes(status, "RssAnon:") + kibibytes(status, "RssFile:")) / KIB_PER_MIB;
            results.figure("RSS beside a 64 MiB disk", "hotbay", own, "MiB", MOST_MEBIBYTES);
        }
        BenchFiles.delete(directory);
    }

    static long kibibytes(String status, String field) {
        return status.lines()
                .filter(line -> line.startsWith(field))
                .map(line -> line.substring(field.length()).strip().split(" ")[0])
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElse(0);
    }

    private static HotbayConfig config() {
        return new HotbayConfig().memory(NAME, DISK);
    }
}
