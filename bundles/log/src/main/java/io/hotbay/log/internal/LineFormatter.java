// SPDX-License-Identifier: Apache-2.0
package io.hotbay.log.internal;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/**
 * One line an entry: {@code 2026-11-22 13:01:02.123 INFO  vhost-user  vhostblk0: front-end pid 123 connected}. An exception
 * follows as its stack trace, or in the line itself as what it says.
 */
final class LineFormatter extends Formatter {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS");

    private final ZoneId zone;
    private final boolean stackTraces;

    LineFormatter(ZoneId zone, boolean stackTraces) {
        this.zone = zone;
        this.stackTraces = stackTraces;
    }

    @Override
    public String format(LogRecord entry) {
        Throwable thrown = entry.getThrown();
        String message = oneLine(entry.getMessage());
        if (thrown != null && !stackTraces) {
            String cause = oneLine(Cause.oneLine(thrown));
            message = message.contains(cause) ? message : message + ": " + cause;
        }
        String time = TIME.format(entry.getInstant().atZone(zone));
        String line =
                String.format("%s %-5s %-11s %s%n", time, entry.getLevel().getName(), entry.getLoggerName(), message);
        return thrown != null && stackTraces ? line + stackTrace(thrown) : line;
    }

    /** Control characters would break the line, or the terminal; some texts come from a front-end. */
    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.strip().codePoints().forEach(c -> {
            if (c == '\n') {
                line.append("\\n");
            } else if (c == '\t') {
                line.append(' ');
            } else if (!Character.isISOControl(c)) {
                line.appendCodePoint(c);
            }
        });
        return line.toString();
    }

    private static String stackTrace(Throwable thrown) {
        StringWriter text = new StringWriter();
        PrintWriter writer = new PrintWriter(text);
        thrown.printStackTrace(writer);
        writer.flush();
        return Cause.withoutFelix(text.toString());
    }

    /** Makes the record of one line. */
    static LogRecord line(Severity severity, Instant time, String name, String message, Throwable thrown) {
        LogRecord line = new LogRecord(severity, message == null ? "" : message);
        line.setInstant(time);
        line.setLoggerName(name);
        line.setThrown(thrown);
        return line;
    }
}
