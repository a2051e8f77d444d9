// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether somebody takes the end of this process for the end of the target: a person at a terminal, or a container of which it is
 * the first process. Then it stays when another process has taken its place, passes signals on, and ends with the other.
 */
final class Foreground {
    private static final Path INPUT = Path.of("/proc/self/fd/0");
    private static final long FIRST_PROCESS = 1;

    private Foreground() {}

    static void awaitIfNeeded(long successor) {
        if (successor == 0 || !isNeeded()) {
            return;
        }
        System.err.println("hotbay: process " + successor + " has taken over; this one waits for its end");
        ProcessHandle.of(successor).ifPresent(handle -> {
            Runtime.getRuntime().addShutdownHook(new Thread(handle::destroy));
            System.gc();
            handle.onExit().join();
        });
    }

    private static boolean isNeeded() {
        if (ProcessHandle.current().pid() == FIRST_PROCESS) {
            return true;
        }
        if (System.getenv("NOTIFY_SOCKET") != null) {
            return false;
        }
        try {
            String input = Files.readSymbolicLink(INPUT).toString();
            return input.startsWith("/dev/pts/") || input.startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }
}
