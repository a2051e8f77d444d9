// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** Hotbay, started from its distribution, all of it on the target's core. */
final class HotbayTarget implements BenchTarget {
    private static final long START_SECONDS = 60;
    private static final long STOP_SECONDS = 20;
    private static final long LOOK_EVERY_MILLIS = 20;

    private static final String CONFIG = """
            {
              "bdevs": [
                {"type": "null", "name": "Null0", "size": "256MiB"},
                {"type": "malloc", "name": "Malloc0", "size": "256MiB"}
              ],
              "controllers": [
                {"type": "blk", "name": "null0", "bdev": "Null0", "queue_size": 512},
                {"type": "blk", "name": "malloc0", "bdev": "Malloc0", "queue_size": 512}
              ]
            }
            """;

    private final Path program;
    private final Path directory;
    private final int core;
    private final Process process;

    private HotbayTarget(Path program, Path directory, int core, Process process) {
        this.program = program;
        this.directory = directory;
        this.core = core;
        this.process = process;
    }

    static HotbayTarget start(Path home, Path parent, int core) throws IOException {
        Path directory = Files.createDirectories(parent.resolve("hotbay"));
        Path program = home.resolve("bin/hotbay");
        Path config = Files.writeString(directory.resolve("config.json"), CONFIG);
        List<String> command = new ArrayList<>(List.of("taskset", "-c", Integer.toString(core), program.toString()));
        command.addAll(List.of("-S", directory.resolve("s").toString(), "-m", "0x" + Long.toHexString(1L << core)));
        command.addAll(List.of("-c", config.toString()));
        command.addAll(List.of("--state-dir", directory.resolve("state").toString()));
        command.addAll(List.of("--run-dir", directory.resolve("run").toString()));
        command.addAll(List.of("--kata-store", directory.resolve("kata").toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile())
                .start();
        HotbayTarget target = new HotbayTarget(program, directory, core, process);
        boolean started = false;
        try {
            target.awaitSockets();
            started = true;
            return target;
        } finally {
            if (!started) {
                target.close();
            }
        }
    }

    private void awaitSockets() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!areSocketsThere()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IOException("hotbay did not start: "
                        + Files.readString(directory.resolve("output")).strip());
            }
            pause(LOOK_EVERY_MILLIS);
        }
    }

    private boolean areSocketsThere() {
        for (BenchDisk disk : BenchDisk.values()) {
            if (!Files.exists(socket(disk))) {
                return false;
            }
        }
        return true;
    }

    private static void pause(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while hotbay started", interrupted);
        }
    }

    @Override
    public String name() {
        return "hotbay";
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public Path socket(BenchDisk disk) {
        return directory.resolve("s").resolve(disk.id());
    }

    @Override
    public OptionalLong allocatedBytes() throws IOException {
        return ReactorTable.allocatedBytes(execute("reactor:list"), core);
    }

    private String execute(String command) throws IOException {
        Process client = new ProcessBuilder(
                        program.toString(),
                        "exec",
                        "--run-dir",
                        directory.resolve("run").toString(),
                        command)
                .redirectErrorStream(true)
                .start();
        String output = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (client.waitFor() != 0) {
                throw new IOException("hotbay exec '" + command + "' failed: " + output.strip());
            }
        } catch (InterruptedException interrupted) {
            client.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted during hotbay exec '" + command + "'", interrupted);
        }
        return output;
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
