// SPDX-License-Identifier: Apache-2.0
package io.hotbay.log.internal;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.ErrorManager;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import java.util.logging.StreamHandler;

/**
 * Writes to a file that always has the same name; what is older lies in {@code <file>.1}, {@code <file>.2} and so on.
 * {@link java.util.logging.FileHandler} is not used because it numbers the current file too and leaves lock files behind.
 */
final class RotatingFileHandler extends StreamHandler implements AutoCloseable {
    private final Path file;
    private final long limit;
    private final int count;
    private CountingStream stream;

    /**
     * Opens the file for appending, and makes its directory.
     *
     * @param limit bytes after which a new file is begun
     * @param count number of files kept, the current one included
     */
    RotatingFileHandler(Path file, long limit, int count, Formatter formatter) throws IOException {
        this.file = file.toAbsolutePath();
        this.limit = limit;
        this.count = count;
        setFormatter(formatter);
        setLevel(Severity.ALL);
        setEncoding(StandardCharsets.UTF_8.name());
        Files.createDirectories(this.file.getParent());
        open();
    }

    private void open() throws IOException {
        OutputStream out = Files.newOutputStream(file, CREATE, APPEND);
        stream = new CountingStream(new BufferedOutputStream(out), Files.size(file));
        setOutputStream(stream);
    }

    @Override
    public synchronized void publish(LogRecord entry) {
        super.publish(entry);
        flush();
        if (stream.written >= limit) {
            rotate();
        }
    }

    private void rotate() {
        try {
            // With one file kept there is nowhere to put the old one: it starts anew.
            if (count == 1) {
                Files.delete(file);
            }
            for (int age = count - 1; age >= 1; age--) {
                Path younger = numbered(age - 1);
                if (Files.exists(younger)) {
                    Files.move(younger, numbered(age), REPLACE_EXISTING);
                }
            }
            open();
        } catch (IOException e) {
            // Go on in the file that is open, and try again after as much has been written.
            stream.written = 0;
            reportError("rotating " + file, e, ErrorManager.OPEN_FAILURE);
        }
    }

    private Path numbered(int age) {
        return age == 0 ? file : file.resolveSibling(file.getFileName() + "." + age);
    }

    /** Knows how much the file holds. */
    private static final class CountingStream extends FilterOutputStream {
        private long written;

        CountingStream(OutputStream out, long written) {
            super(out);
            this.written = written;
        }

        @Override
        public void write(int value) throws IOException {
            out.write(value);
            written++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            written += length;
        }
    }
}
