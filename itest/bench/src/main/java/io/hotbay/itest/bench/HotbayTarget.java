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
    private static final long LOOK_EVERY_MILLIS = 5;

    private final String name;
    private final Path program;
    private final Path directory;
    private final int core;
    private final List<String> sockets;
    private final Process process;

    private HotbayTarget(String name, Path program, Path directory, int core, List<String> sockets, Process process) {
        this.name = name;
        this.program = program;
        this.directory = directory;
        this.core = core;
        this.sockets = sockets;
        this.process = process;
    }

    /** Starts one with disks, and returns when all of their sockets are there. */
    static HotbayTarget start(String name, Path parent, HotbayConfig disks, BenchOptions options) throws IOException {
        return start(name, parent, disks, options, null);
    }

    /**
     * The same on a JDK of choice.
     *
     * @param jdk its directory, or null for the one that the program finds
     */
    static HotbayTarget start(String name, Path parent, HotbayConfig disks, BenchOptions options, Path jdk)
            throws IOException {
        Path directory = Files.createDirectories(parent.resolve(name));
        Path program = options.home().resolve("bin/hotbay");
        Path config = Files.writeString(directory.resolve("config.json"), disks.json());
        int core = options.targetCore();
        List<String> command = new ArrayList<>(List.of("taskset", "-c", Integer.toString(core), program.toString()));
        command.addAll(List.of("-S", directory.resolve("s").toString(), "-m", "0x" + Long.toHexString(1L << core)));
        command.addAll(List.of("-c", config.toString()));
        command.addAll(List.of("--state-dir", directory.resolve("state").toString()));
        command.addAll(List.of("--run-dir", directory.resolve("run").toString()));
        command.addAll(List.of("--kata-store", directory.resolve("kata").toString()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile());
        if (jdk != null) {
            builder.environment().put("JAVA_HOME", jdk.toString());
        }
        HotbayTarget target = new HotbayTarget(name, program, directory, core, disks.names(), builder.start());
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
        return sockets.stream().allMatch(socket -> Files.exists(socket(socket)));
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
        return name;
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public Path socket(BenchDisk disk) {
        return socket(disk.id());
    }

    /** The socket of a disk by name. */
    Path socket(String disk) {
        return directory.resolve("s").resolve(disk);
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
