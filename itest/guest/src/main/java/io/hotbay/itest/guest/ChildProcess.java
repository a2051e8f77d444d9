// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A process of ours. It is stopped when closed, and at the latest when this virtual machine ends. Any thread. */
public final class ChildProcess implements AutoCloseable {
    private static final Set<ProcessHandle> RUNNING = ConcurrentHashMap.newKeySet();
    private static final Duration KILL_TIMEOUT = Duration.ofSeconds(10);

    static {
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> RUNNING.forEach(ProcessHandle::destroyForcibly), "guest-test-clean-up"));
    }

    private final String name;
    private final Process process;
    private final Path log;
    private final Logs logs;

    private ChildProcess(String name, Process process, Path log, Logs logs) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.logs = logs;
    }

    /** Starts a process; what it prints goes to {@code <name>.log}. */
    public static ChildProcess start(String name, List<String> command, Map<String, String> environment, Logs logs) {
        Path log = logs.file(name + ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            endWithThisProcess(process.toHandle());
            return new ChildProcess(name, process, log, logs);
        } catch (IOException e) {
            throw logs.failure("Cannot start " + String.join(" ", command), e);
        }
    }

    /** Has a process killed when this virtual machine ends, unless it has ended before. */
    static void endWithThisProcess(ProcessHandle process) {
        RUNNING.add(process);
        process.onExit().thenAccept(RUNNING::remove);
    }

    /** Its process identifier. */
    public long pid() {
        return process.pid();
    }

    /** Kills it with SIGKILL and waits until it is gone. */
    public void kill() {
        process.destroyForcibly();
        awaitExit(KILL_TIMEOUT);
    }

    /** Whether it runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** What it has printed so far. */
    public String output() {
        return logs.text(log);
    }

    /** Fails when it has ended. */
    public void checkAlive() {
        if (!process.isAlive()) {
            throw logs.failure(name + " has ended by itself with status " + process.exitValue());
        }
    }

    /** Waits for its end and returns its exit status. */
    public int awaitExit(Duration timeout) {
        if (!exitsWithin(timeout)) {
            throw logs.failure(name + " has not ended within " + timeout.toSeconds() + " s");
        }
        return process.exitValue();
    }

    /** Asks it to end with SIGTERM and returns its exit status. */
    public int terminate(Duration timeout) {
        process.destroy();
        return awaitExit(timeout);
    }

    @Override
    public void close() {
        process.destroy();
        if (!exitsWithin(KILL_TIMEOUT)) {
            process.destroyForcibly();
            exitsWithin(KILL_TIMEOUT);
        }
    }

    private boolean exitsWithin(Duration timeout) {
        try {
            return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw logs.failure("Interrupted while waiting for the end of " + name, e);
        }
    }
}
