// SPDX-License-Identifier: Apache-2.0
package io.hotbay.log.internal;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an exception says, in one line: without class names a person need not read and without wrappers that say nothing. */
final class Cause {
    /** Felix's log replaces exceptions by ones of its own, whose message is the class and the message of the original. */
    private static final String FELIX_PREFIX = "org.apache.felix.log.LogException: ";

    private static final Set<String> WRAPPERS = Set.of(
            "java.lang.reflect.InvocationTargetException",
            "java.lang.reflect.UndeclaredThrowableException",
            "java.util.concurrent.ExecutionException",
            "java.util.concurrent.CompletionException",
            "org.osgi.service.component.ComponentException");

    private static final Set<String> SPEAK_FOR_THEMSELVES =
            Set.of("IllegalArgumentException", "IllegalStateException", "UnsupportedOperationException");

    private static final Pattern CLASS_AND_MESSAGE =
            Pattern.compile("((?:[\\w$]+\\.)*([\\w$]+))(?:: (.*))?", Pattern.DOTALL);

    private Cause() {}

    static String oneLine(Throwable thrown) {
        Throwable speaker = thrown;
        while (speaker.getCause() != null && saysNothing(speaker)) {
            speaker = speaker.getCause();
        }
        Matcher parts = CLASS_AND_MESSAGE.matcher(text(speaker));
        if (!parts.matches()) {
            return text(speaker);
        }
        String message = parts.group(3);
        if (message == null || message.isBlank() || message.equals("null")) {
            return parts.group(2);
        }
        // The message of a programming error makes little sense without its name.
        boolean needsName = parts.group(1).startsWith("java.lang.") && !SPEAK_FOR_THEMSELVES.contains(parts.group(2));
        return needsName ? parts.group(2) + ": " + message : message;
    }

    private static boolean saysNothing(Throwable thrown) {
        String text = text(thrown);
        return WRAPPERS.stream().anyMatch(text::startsWith) || text.endsWith(": " + text(thrown.getCause()));
    }

    /** Class and message of the exception that was thrown first. */
    static String text(Throwable thrown) {
        String text = thrown.toString();
        return text.startsWith(FELIX_PREFIX) ? text.substring(FELIX_PREFIX.length()) : text;
    }

    /** A stack trace that names the exceptions that were thrown. */
    static String withoutFelix(String stackTrace) {
        return stackTrace.replace(FELIX_PREFIX, "");
    }
}
