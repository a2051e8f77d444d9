// SPDX-License-Identifier: Apache-2.0
package io.hotbay.log.internal;

import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;
import org.osgi.service.log.Logger;
import org.osgi.service.log.admin.LoggerAdmin;
import org.osgi.service.log.admin.LoggerContext;
import org.osgi.service.metatype.annotations.Designate;

/** Writes the entries of the OSGi log to the console and to a file, also those made before it started. */
@Component(
        service = {},
        immediate = true,
        configurationPid = LogOutput.PID)
@Designate(ocd = LogConfig.class)
public final class LogOutput implements LogListener {
    static final String PID = "io.hotbay.log";

    /** Names of the loggers under which the log service reports framework, bundle and service events. */
    private static final String EVENTS = "Events.";

    private static final String OWN = "io.hotbay";

    /** How Declarative Services begins what it logs in the name of another bundle. */
    private static final Pattern COMPONENT_PREFIX = Pattern.compile("bundle \\S+ \\(\\d+\\)(?:\\[\\S+])?(?: ?:)? *");

    private final LogReaderService reader;
    private final LoggerContext levels;
    private final Map<String, LogLevel> levelsBefore;
    private final UnaryOperator<String> frameworkProperty;
    private final ReplayMark mark;
    private final OutputStream console;

    /** Sequence numbers of history entries that the listener will be given once more. */
    private final Set<Long> alreadyWritten = new HashSet<>();

    private LogEntry lastStored;
    private Settings settings;
    private Destinations destinations;
    private boolean closed;

    /** Starts logging. */
    @Activate
    public LogOutput(
            @Reference LogReaderService reader, @Reference LoggerAdmin admin, BundleContext context, LogConfig config) {
        this(
                reader,
                admin,
                config,
                context::getProperty,
                new ReplayMark(context.getDataFile("written").toPath()),
                System.err);
    }

    LogOutput(
            LogReaderService reader,
            LoggerAdmin admin,
            LogConfig config,
            UnaryOperator<String> frameworkProperty,
            ReplayMark mark,
            OutputStream console) {
        this.reader = reader;
        this.frameworkProperty = frameworkProperty;
        this.mark = mark;
        this.console = console;
        this.levels = admin.getLoggerContext(null);
        this.levelsBefore = levels.getLogLevels();
        synchronized (this) {
            open(config);
            // Entries made between these two lines come both ways.
            reader.addLogListener(this);
            Deque<LogEntry> history = history();
            history.forEach(entry -> alreadyWritten.add(entry.getSequence()));
            mark.skipWritten(history);
            history.forEach(this::write);
        }
    }

    /** Goes on with another configuration. */
    @Modified
    synchronized void modified(LogConfig config) {
        destinations.close();
        open(config);
    }

    /** Writes what the listener has not been given yet, and stops. */
    @Deactivate
    synchronized void deactivate() {
        reader.removeLogListener(this);
        Deque<LogEntry> rest = history();
        if (lastStored != null) {
            ReplayMark.removeUpTo(rest, lastStored);
        }
        rest.forEach(this::write);
        closed = true;
        if (lastStored != null) {
            mark.set(lastStored);
        }
        destinations.close();
        levels.setLogLevels(levelsBefore);
    }

    private void open(LogConfig config) {
        settings = Settings.of(config, frameworkProperty);
        destinations = Destinations.open(settings, console);
        Map<String, LogLevel> wanted = new HashMap<>(levels.getLogLevels());
        // The details of others, above all of Declarative Services, would bury ours; org.osgi.service.log.admin can ask
        // for them.
        boolean detailed = LogLevel.DEBUG.ordinal() <= settings.level().ordinal();
        wanted.put(Logger.ROOT_LOGGER_NAME, detailed ? LogLevel.INFO : settings.level());
        wanted.put(OWN, settings.level());
        levels.setLogLevels(wanted);
    }

    /** What the log service has kept, oldest first. */
    private Deque<LogEntry> history() {
        Deque<LogEntry> entries = new ArrayDeque<>();
        Collections.list(reader.getLog()).forEach(entries::addFirst);
        return entries;
    }

    @Override
    public synchronized void logged(LogEntry entry) {
        if (!closed && !alreadyWritten.remove(entry.getSequence())) {
            write(entry);
        }
    }

    private void write(LogEntry entry) {
        // The history does not keep debug entries, so they cannot mark a place in it.
        if (LogLevel.INFO.implies(entry.getLogLevel())) {
            lastStored = entry;
        }
        String message = entry.getMessage() == null ? "" : entry.getMessage();
        Matcher component = COMPONENT_PREFIX.matcher(message);
        boolean ofComponentRuntime = component.lookingAt();
        if (isShown(entry, ofComponentRuntime)) {
            destinations.write(LineFormatter.line(
                    Severity.of(entry.getLogLevel()),
                    Instant.ofEpochMilli(entry.getTime()),
                    name(entry),
                    ofComponentRuntime ? message.substring(component.end()) : message,
                    entry.getException()));
        }
    }

    private boolean isShown(LogEntry entry, boolean ofComponentRuntime) {
        if (!settings.level().implies(entry.getLogLevel())) {
            return false;
        }
        if (LogLevel.WARN.implies(entry.getLogLevel())) {
            return true;
        }
        String logger = entry.getLoggerName();
        boolean event = logger != null && logger.startsWith(EVENTS);
        // A framework warning comes with an exception, but at INFO.
        return !ofComponentRuntime && (!event || entry.getException() != null);
    }

    private static String name(LogEntry entry) {
        Bundle bundle = entry.getBundle();
        String name = bundle == null ? entry.getLoggerName() : bundle.getSymbolicName();
        if (name == null) {
            return "?";
        }
        return name.startsWith(OWN + ".") ? name.substring(OWN.length() + 1) : name;
    }
}
