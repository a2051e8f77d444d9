// SPDX-License-Identifier: Apache-2.0
package io.hotbay.log.internal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.ErrorManager;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.StreamHandler;
import org.osgi.service.log.LogLevel;

/** The console and the file, whichever of them is wanted. Used under one lock. */
final class Destinations implements AutoCloseable {
    private final List<Handler> handlers = new ArrayList<>();
    private final List<LogRecord> complaints = new ArrayList<>();

    /** Opens what the settings want. What cannot be opened is left out and said in the log. */
    static Destinations open(Settings settings, OutputStream console) {
        Destinations destinations = new Destinations();
        if (settings.console()) {
            destinations.addConsole(console);
        }
        settings.complaint().ifPresent(destinations::complain);
        settings.file().ifPresent(file -> destinations.addFile(file, settings));
        destinations.writeComplaints();
        return destinations;
    }

    private void addConsole(OutputStream console) {
        Handler handler = new Console(console);
        handler.setErrorManager(new Silent());
        handlers.add(handler);
    }

    private void addFile(Path file, Settings settings) {
        try {
            LineFormatter formatter = new LineFormatter(ZoneId.systemDefault(), true);
            Handler handler = new RotatingFileHandler(file, settings.fileSize(), settings.fileCount(), formatter);
            handler.setErrorManager(new OneComplaint(file));
            handlers.add(handler);
        } catch (IOException e) {
            complain("log file " + file + " cannot be written (" + reason(e) + "): set file in io.hotbay.log, or "
                    + Settings.FILE_PROPERTY + ", to another one");
        }
    }

    void write(LogRecord line) {
        handlers.forEach(handler -> handler.publish(line));
        writeComplaints();
    }

    private void complain(String message) {
        complaints.add(LineFormatter.line(Severity.of(LogLevel.WARN), Instant.now(), "log", message, null));
    }

    /** A handler complains while it writes; what it says is written when it is done. */
    private void writeComplaints() {
        List<LogRecord> pending = List.copyOf(complaints);
        complaints.clear();
        pending.forEach(line -> handlers.forEach(handler -> handler.publish(line)));
    }

    @Override
    public void close() {
        handlers.forEach(Handler::close);
        handlers.clear();
    }

    private static String reason(Exception e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileSystemException inFile && inFile.getReason() != null) {
            return inFile.getReason();
        }
        return Cause.oneLine(e);
    }

    /** Standard error: flushed after each line, never closed. */
    private static final class Console extends StreamHandler {
        Console(OutputStream stream) {
            super(stream, new LineFormatter(ZoneId.systemDefault(), false));
            setLevel(Severity.ALL);
            try {
                setEncoding(consoleEncoding().name());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        /** The encoding of the terminal; JDK 17 tells it in no other way. */
        private static Charset consoleEncoding() {
            String name = System.getProperty("stderr.encoding", System.getProperty("sun.jnu.encoding"));
            return name != null && Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.UTF_8;
        }

        @Override
        public synchronized void publish(LogRecord line) {
            super.publish(line);
            flush();
        }

        @Override
        public synchronized void close() {
            flush();
        }
    }

    /** There is nowhere to complain about the console. */
    private static final class Silent extends ErrorManager {
        @Override
        public synchronized void error(String message, Exception cause, int code) {
            // java.util.logging's own would print to the console
        }
    }

    /** Says once that the file cannot be written: a full disk must not fill the console too. */
    private final class OneComplaint extends ErrorManager {
        private final Path file;
        private boolean said;

        OneComplaint(Path file) {
            this.file = file;
        }

        @Override
        public synchronized void error(String message, Exception cause, int code) {
            if (!said) {
                said = true;
                String reason = cause == null ? message : reason(cause);
                complain("log file " + file + " cannot be " + (code == OPEN_FAILURE ? "rotated" : "written") + " ("
                        + reason + "): make room on its file system, or set file in io.hotbay.log to another one");
            }
        }
    }
}
