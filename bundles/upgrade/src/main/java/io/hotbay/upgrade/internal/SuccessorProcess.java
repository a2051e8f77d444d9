// SPDX-License-Identifier: Apache-2.0
package io.hotbay.upgrade.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The process of a successor: a child of this one, or a child of the service manager's. systemd keeps of its main process whether that is
 * its own child at the moment it hears of it. When it stops a unit whose main process is not, it waits for nothing and kills
 * everything at once.
 */
final class SuccessorProcess {
    /** The shell ends before the program has begun; then the program belongs to whoever looks after orphans. */
    private static final String IN_BACKGROUND = "\"$@\" >&2 & echo $!";

    private final ProcessHandle handle;
    /** Null if it is not our child: then nobody tells us its status. */
    private final Process child;

    private SuccessorProcess(ProcessHandle handle, Process child) {
        this.handle = handle;
        this.child = child;
    }

    static SuccessorProcess start(ProcessBuilder builder, boolean forServiceManager) throws IOException {
        builder.inheritIO();
        return forServiceManager ? startAsOrphan(builder) : startAsChild(builder);
    }

    private static SuccessorProcess startAsChild(ProcessBuilder builder) throws IOException {
        Process process = builder.start();
        return new SuccessorProcess(process.toHandle(), process);
    }

    private static SuccessorProcess startAsOrphan(ProcessBuilder builder) throws IOException {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", IN_BACKGROUND, "sh"));
        command.addAll(builder.command());
        Process shell = builder.command(command)
                .redirectOutput(ProcessBuilder.Redirect.PIPE)
                .start();
        try (BufferedReader output = shell.inputReader()) {
            String pid = output.readLine();
            Optional<ProcessHandle> handle = ProcessHandle.of(Long.parseLong(pid));
            if (shell.waitFor() != 0 || handle.isEmpty()) {
                throw new IOException("it ended at once; its messages are in the target's log");
            }
            return new SuccessorProcess(handle.get(), null);
        } catch (NumberFormatException e) {
            throw new IOException("/bin/sh has not started it", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while it was started", e);
        }
    }

    long pid() {
        return handle.pid();
    }

    void whenEnded(Runnable task) {
        handle.onExit().thenRun(task);
    }

    boolean hasEndedWithin(long seconds) throws InterruptedException {
        if (child != null) {
            return child.waitFor(seconds, TimeUnit.SECONDS);
        }
        if (child != null) {
            return child.waitFor(seconds, TimeUnit.SECONDS);
        }
        try {
            handle.onExit().get(seconds, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return !handle.isAlive();
        }
    }

    /** How it has ended, as far as that is known. */
    String end() {
        return child == null ? "it ended" : "it ended with status " + child.exitValue();
    }

    void kill() {
        handle.destroyForcibly();
    }

    boolean isAlive() {
        return handle.isAlive();
    }
}
