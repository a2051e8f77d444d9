// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The log files of one test, and failures that quote their ends. Any thread. */
public final class Logs {
    private static final int TAIL_BYTES = 6000;

    private final Path directory;
    private final List<Path> files = new ArrayList<>();

    /** Logs in a directory, which is made when missing; files of an earlier run are overwritten. */
    public Logs(Path directory) {
        this.directory = directory;
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A new, empty log file. */
    public synchronized Path file(String name) {
        Path file = directory.resolve(name);
        try {
            Files.write(file, new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!files.contains(file)) {
            files.add(file);
        }
        return file;
    }

    /** What a log file holds so far. */
    public String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw failure("Cannot read " + file, e);
        }
    }

    /** A failure that says what is wrong, followed by the end of each log. */
    public GuestFailure failure(String message) {
        return new GuestFailure(message + tails());
    }

    /** A failure with its cause. */
    public GuestFailure failure(String message, Throwable cause) {
        return new GuestFailure(message + tails(), cause);
    }

    private synchronized String tails() {
        StringBuilder text = new StringBuilder("\nThe logs are in ").append(directory);
        for (Path file : files) {
            String tail = tail(file);
            if (!tail.isBlank()) {
                text.append("\n--- end of ")
                        .append(file.getFileName())
                        .append(":\n")
                        .append(tail);
            }
        }
        return text.toString();
    }

    private static String tail(Path file) {
        try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
            log.seek(Math.max(0, log.length() - TAIL_BYTES));
            byte[] end = new byte[TAIL_BYTES];
            int length = log.read(end);
            return length < 0 ? "" : new String(end, 0, length, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "(cannot be read: " + e.getMessage() + ")";
        }
    }
}
