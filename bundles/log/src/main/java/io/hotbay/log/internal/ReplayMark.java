// SPDX-License-Identifier: Apache-2.0
package io.hotbay.log.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Deque;
import org.osgi.service.log.LogEntry;

/**
 * How far the log has been written, kept in the bundle's data area: after an update of this bundle the history must not be
 * written again. Of another process's history it matches nothing.
 */
final class ReplayMark {
    private final Path file;

    ReplayMark(Path file) {
        this.file = file;
    }

    /** Removes from the history, oldest first, what an earlier instance has written, and forgets the mark. */
    void skipWritten(Deque<LogEntry> history) {
        try {
            String mark = Files.readString(file);
            Files.delete(file);
            removeUpTo(history, mark);
        } catch (IOException e) {
            // There was no earlier instance: all of the history is new.
            return;
        }
    }

    /** Remembers the newest entry written. */
    void set(LogEntry newest) {
        try {
            Files.writeString(file, text(newest));
        } catch (IOException e) {
            // Then the next instance repeats a few lines, which is better than failing to stop.
            return;
        }
    }

    /** Removes an entry and all older ones; nothing if it is not in there. */
    static void removeUpTo(Deque<LogEntry> history, LogEntry newest) {
        removeUpTo(history, text(newest));
    }

    private static void removeUpTo(Deque<LogEntry> history, String mark) {
        if (history.stream().noneMatch(entry -> mark.equals(text(entry)))) {
            return;
        }
        boolean found = false;
        while (!found) {
            found = mark.equals(text(history.removeFirst()));
        }
    }

    private static String text(LogEntry entry) {
        return entry.getSequence() + " " + entry.getTime();
    }
}
