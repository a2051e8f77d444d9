// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.hotbay.frontend.StorageDaemon;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Whole runs against a target that is not ours. */
@Timeout(60)
class BenchRunTest {
    private static final int CAPACITY = 4 << 20;

    @TempDir
    private static Path directory;

    private static StorageDaemon daemon;

    private final StringWriter printed = new StringWriter();

    @BeforeAll
    static void startDaemon() throws IOException {
        assumeTrue(StorageDaemon.isInstalled(), "qemu-storage-daemon is not installed");
        daemon = StorageDaemon.start(
                directory,
                StorageDaemon.Disk.image(directory, "file", CAPACITY, 2, 512),
                StorageDaemon.Disk.image(directory, "big", CAPACITY, 1, 4096),
                StorageDaemon.Disk.image(directory, "ro", CAPACITY, 1, 512).readOnly(),
                StorageDaemon.Disk.nothing("null", CAPACITY, 1));
    }

    @AfterAll
    static void stopDaemon() {
        if (daemon != null) {
            daemon.close();
        }
    }

    private void run(String disk, String... words) throws BenchException {
        run(daemon.socket(disk), words);
    }

    private void run(Path socket, String... words) throws BenchException {
        BenchOptions options = new BenchOptions();
        CommandLine line = new CommandLine(options);
        line.setOverwrittenOptionsAllowed(true);
        line.parseArgs(Stream.concat(Stream.of("--warm-up", "0.05", "--time", "0.2"), Stream.of(words))
                .toArray(String[]::new));
        new BenchRun(socket, options, new PrintWriter(printed)).run();
    }

    private List<String> lines() {
        return printed.toString().lines().toList();
    }

    @Test
    void shouldPrintEachSecondAndTheTotal() throws BenchException {
        // far from both ends of the second line: a thread that is not run for a while makes the first one longer
        run("null", "--time", "1.9");
        assertThat(lines().get(0)).contains("4 MiB, 4 KiB random, 100 % reads, depth 32, polling");
        assertThat(lines().get(1)).contains("IOPS", "P99.99 µs", "MAX µs");
        assertThat(lines()).hasSize(6);
        assertThat(lines().get(4)).startsWith("   total ");
    }

    @Test
    void shouldLeaveFiguresAndAPlot() throws Exception {
        Path json = directory.resolve("r.json");
        Path plot = directory.resolve("r.svg");
        run("file", "--json", json.toString(), "--plot", plot.toString(), "--quiet", "--seed", "7");
        JsonObject report = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
        assertThat(report.getAsJsonObject("parameters").get("seed").getAsLong()).isEqualTo(7);
        assertThat(report.getAsJsonObject("total").get("reads").getAsLong()).isPositive();
        assertThat(report.getAsJsonArray("seconds")).isNotEmpty();
        assertThat(Files.readString(plot)).startsWith("<svg").contains("longest");
        assertThat(lines()).hasSize(4);
    }

    @Test
    void shouldVerifyMixedLoadsOfEachKind() throws BenchException {
        run("file", "--read", "50", "--verify", "--destroy-data", "--queues", "2", "--depth", "8");
        run("file", "--read", "30", "--verify", "--destroy-data", "--indirect", "--interrupts", "--sequential");
        assertThat(lines()).last().asString().endsWith("all read back");
    }

    /** A disk that keeps nothing cannot bring back what was written. */
    @Test
    void shouldFindWrongContent() {
        assertThatThrownBy(() -> run("null", "--verify", "--destroy-data")).hasMessageStartingWith("DATA IS WRONG: ");
    }

    @Test
    void shouldWriteToWhatItIsToldToDestroyOnly() throws Exception {
        byte[] before = Files.readAllBytes(directory.resolve("big"));
        assertThatThrownBy(() -> run("big", "--read", "99"))
                .hasMessage("this run writes to the disk and destroys what it holds (4 MiB):"
                        + " add --destroy-data if that is meant");
        assertThatThrownBy(() -> run("big", "--verify")).hasMessageContaining("--destroy-data");
        assertThatThrownBy(() -> run("ro", "--read", "0", "--destroy-data")).hasMessageContaining("read-only");
        run("big", "--read", "0", "--range", "64KiB", "--destroy-data", "--depth", "4", "--verify");
        byte[] after = Files.readAllBytes(directory.resolve("big"));
        int range = 64 << 10;
        assertThat(Arrays.mismatch(before, after)).isBetween(0, range - 1);
        assertThat(Arrays.equals(before, range, CAPACITY, after, range, CAPACITY))
                .isTrue();
    }

    @Test
    void shouldStopWhenInterruptedAndLeaveTheTargetFree() throws Exception {
        Thread runner = new Thread(() -> {
            try {
                run("null", "--time", "600");
            } catch (BenchException failure) {
                printed.write(failure.getMessage());
            }
        });
        runner.start();
        while (lines().size() < 3 && runner.isAlive()) {
            Thread.sleep(20);
        }
        runner.interrupt();
        runner.join();
        assertThat(lines()).last().asString().startsWith("stopped early; ");
        run("null");
    }

    @Test
    void shouldSayThatTheDiskDoesNotFit() {
        assertThatThrownBy(() -> run("big", "--block-size", "512"))
                .hasMessage("--block-size 512 B is no multiple of the disk's blocks of 4 KiB");
        assertThatThrownBy(() -> run("null", "--queues", "2")).hasMessageContaining("has 1 queues");
        assertThatThrownBy(() -> run("null", "--range", "1GiB")).hasMessageContaining("more than the disk has, 4 MiB");
        assertThatThrownBy(() -> run("null", "--range", "512")).hasMessageContaining("smaller than --block-size 4 KiB");
        assertThatThrownBy(() -> run("file", "--verify", "--destroy-data", "--range", "64KiB"))
                .hasMessageContaining("--verify works on more blocks");
    }

    @Test
    void shouldSayThatTheTargetEnded() throws Exception {
        Path sockets = Files.createTempDirectory(Path.of("/tmp"), "hbe");
        StorageDaemon mortal = StorageDaemon.start(sockets, StorageDaemon.Disk.nothing("m", CAPACITY, 1));
        Thread killer = new Thread(() -> {
            while (lines().size() < 3) {
                Thread.onSpinWait();
            }
            mortal.close();
        });
        killer.start();
        assertThatThrownBy(() -> run(mortal.socket("m"), "--time", "600"))
                .hasMessage("the target has closed the connection");
        killer.join();
        Files.delete(sockets);
    }
}
