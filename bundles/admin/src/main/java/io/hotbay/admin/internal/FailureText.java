// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the one line that says why a component failed in the stack trace that its runtime keeps. */
final class FailureText {
    private static final String CAUSE = "Caused by: ";

    private static final Set<String> WRAPPERS = Set.of(
            "java.lang.reflect.InvocationTargetException",
            "java.lang.reflect.UndeclaredThrowableException",
            "java.util.concurrent.ExecutionException",
            "java.util.concurrent.CompletionException",
            "org.osgi.service.component.ComponentException");

    private static final Set<String> SPEAK_FOR_THEMSELVES =
            Set.of("IllegalArgumentException", "IllegalStateException", "UnsupportedOperationException");

    private static final Pattern CLASS_AND_MESSAGE = Pattern.compile("((?:[\\w$]+\\.)*([\\w$]+))(?:: (.*))?");

    private FailureText() {}

    /**
     * What the first exception with something to say has to say. The chain is followed only through wrappers: the component's
     * own message names the thing and the remedy, the cause below it is a detail of it.
     */
    static String of(String stackTrace) {
        List<String> chain = stackTrace
                .lines()
                .filter(line -> !line.isEmpty() && !Character.isWhitespace(line.charAt(0)))
                .toList();
        List<String> causes = chain.stream()
                .filter(line -> line.startsWith(CAUSE))
                .map(line -> line.substring(CAUSE.length()))
                .toList();
        String speaker = chain.isEmpty() ? "" : chain.get(0);
        for (String cause : causes) {
            if (!saysNothing(speaker, cause)) {
                break;
            }
            speaker = cause;
        }
        return withoutClass(speaker);
    }

    private static boolean saysNothing(String line, String cause) {
        return WRAPPERS.stream().anyMatch(line::startsWith) || line.endsWith(": " + cause);
    }

    private static String withoutClass(String line) {
        Matcher parts = CLASS_AND_MESSAGE.matcher(line);
        if (!parts.matches()) {
            return line.isEmpty() ? "it gave no reason" : line;
        }
        String message = parts.group(3);
        if (message == null || message.isBlank()) {
            return parts.group(2);
        }
        boolean programmingError =
                parts.group(1).startsWith("java.lang.") && !SPEAK_FOR_THEMSELVES.contains(parts.group(2));
        return programmingError ? parts.group(2) + ": " + message : message;
    }
}
