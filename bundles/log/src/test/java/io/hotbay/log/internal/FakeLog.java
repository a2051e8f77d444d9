// SPDX-License-Identifier: Apache-2.0
package io.hotbay.log.internal;

import java.lang.annotation.Annotation;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.LogListener;
import org.osgi.service.log.LogReaderService;
import org.osgi.service.log.LogService;
import org.osgi.service.log.admin.LoggerAdmin;
import org.osgi.service.log.admin.LoggerContext;

/** A log service that keeps a history without debug entries and delivers when it is told to, as Felix's does on its thread. */
final class FakeLog implements LogReaderService, LoggerAdmin, LoggerContext {
    final Map<String, LogLevel> levels = new HashMap<>();
    private final Deque<LogEntry> history = new ArrayDeque<>();
    private final Deque<LogEntry> queue = new ArrayDeque<>();
    private LogListener listener;
    private long sequence;

    void log(LogLevel level, String logger, String message) {
        LogEntry entry = new Entry(sequence++, level, logger, message);
        if (LogLevel.INFO.implies(level)) {
            history.addFirst(entry);
        }
        if (listener != null) {
            queue.add(entry);
        }
    }

    /** The history is given both ways to a listener that has just been added. */
    void alsoQueueHistory() {
        history.descendingIterator().forEachRemaining(queue::add);
    }

    void deliver() {
        while (!queue.isEmpty()) {
            listener.logged(queue.remove());
        }
    }

    @Override
    public void addLogListener(LogListener added) {
        listener = added;
    }

    @Override
    public void removeLogListener(LogListener removed) {
        listener = null;
    }

    @Override
    public Enumeration<LogEntry> getLog() {
        return Collections.enumeration(history);
    }

    @Override
    public LoggerContext getLoggerContext(String name) {
        return this;
    }

    @Override
    public String getName() {
        return null;
    }

    @Override
    public LogLevel getEffectiveLogLevel(String name) {
        return levels.getOrDefault(name, LogLevel.WARN);
    }

    @Override
    public Map<String, LogLevel> getLogLevels() {
        return new HashMap<>(levels);
    }

    @Override
    public void setLogLevels(Map<String, LogLevel> changed) {
        levels.clear();
        levels.putAll(changed);
    }

    @Override
    public void clear() {
        levels.clear();
    }

    @Override
    public boolean isEmpty() {
        return levels.isEmpty();
    }

    static LogConfig config(String level, String file) {
        return new LogConfig() {
            @Override
            public Class<? extends Annotation> annotationType() {
                return LogConfig.class;
            }

            @Override
            public String level() {
                return level;
            }

            @Override
            public boolean console() {
                return true;
            }

            @Override
            public String file() {
                return file;
            }

            @Override
            public long file__size() {
                return 1 << 20;
            }

            @Override
            public int file__count() {
                return 2;
            }
        };
    }

    private record Entry(long sequence, LogLevel level, String logger, String message) implements LogEntry {
        @Override
        public Bundle getBundle() {
            return null;
        }

        @Override
        public ServiceReference<?> getServiceReference() {
            return null;
        }

        @Override
        @Deprecated
        public int getLevel() {
            return LogService.LOG_INFO;
        }

        @Override
        public String getMessage() {
            return message;
        }

        @Override
        public Throwable getException() {
            return null;
        }

        @Override
        public long getTime() {
            return sequence * 1000;
        }

        @Override
        public LogLevel getLogLevel() {
            return level;
        }

        @Override
        public String getLoggerName() {
            return logger;
        }

        @Override
        public long getSequence() {
            return sequence;
        }

        @Override
        public String getThreadInfo() {
            return "main";
        }

        @Override
        public StackTraceElement getLocation() {
            return null;
        }
    }
}
