// SPDX-License-Identifier: Apache-2.0
package io.hotbay.log.internal;

import java.util.Locale;
import java.util.Optional;
import java.util.logging.Level;
import org.osgi.service.log.LogLevel;

/** The levels of the OSGi log as levels of java.util.logging, with the OSGi names. */
final class Severity extends Level {
    private static final long serialVersionUID = 1L;

    /** One above SEVERE: an audit entry is never filtered out. */
    private static final Severity AUDIT = new Severity(LogLevel.AUDIT, Level.SEVERE.intValue() + 100);

    private static final Severity ERROR = new Severity(LogLevel.ERROR, Level.SEVERE.intValue());
    private static final Severity WARN = new Severity(LogLevel.WARN, Level.WARNING.intValue());
    private static final Severity INFO = new Severity(LogLevel.INFO, Level.INFO.intValue());
    private static final Severity DEBUG = new Severity(LogLevel.DEBUG, Level.FINE.intValue());
    private static final Severity TRACE = new Severity(LogLevel.TRACE, Level.FINER.intValue());

    private Severity(LogLevel level, int value) {
        super(level.name(), value);
    }

    static Severity of(LogLevel level) {
        return switch (level) {
            case AUDIT -> AUDIT;
            case ERROR -> ERROR;
            case WARN -> WARN;
            case INFO -> INFO;
            case DEBUG -> DEBUG;
            case TRACE -> TRACE;
        };
    }

    /** Reads a level as people write it, in any case. */
    static Optional<LogLevel> read(String text) {
        try {
            return Optional.of(LogLevel.valueOf(text.strip().toUpperCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
