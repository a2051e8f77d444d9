// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;

/** A process that one of ours has started and then left: it is stopped like ours, but nobody here learns its exit status. */
final class Successor implements AutoCloseable {
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

    private final String name;
    private final ProcessHandle process;
    private final Logs logs;

    /** Takes charge of a running process. */
    Successor(String name, long pid, Logs logs) {
        this.name = name + ", process " + pid;
        this.logs = logs;
        process = ProcessHandle.of(pid).orElseThrow(() -> logs.failure(this.name + " has ended already"));
        ChildProcess.endWithThisProcess(process);
    }

    /** Who has inherited it may leave it in the process table for a while. */
    boolean isAlive() {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void checkAlive() {
        if (!isAlive()) {
            throw logs.failure(name + " has ended by itself");
        }
    }

    void awaitEnd(Duration timeout) {
        Await.until(name + " has ended", timeout, logs, () -> !isAlive());
    }

    void terminate(Duration timeout) {
        process.destroy();
        awaitEnd(timeout);
    }

    void kill() {
        process.destroyForcibly();
        awaitEnd(STOP_TIMEOUT);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            awaitEnd(STOP_TIMEOUT);
        } catch (GuestFailure e) {
            kill();
        }
    }
}
