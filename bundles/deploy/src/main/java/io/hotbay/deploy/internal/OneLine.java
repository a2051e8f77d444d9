// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import java.nio.file.NoSuchFileException;

/** What an exception says, on one line. */
final class OneLine {
    private static final String CAUSE = "Caused by: ";

    private OneLine() {}

    static String of(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        if (root instanceof NoSuchFileException) {
            return "there is no such file";
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : joined(root.getMessage());
    }

    /** The root cause in a printed stack trace. */
    static String ofTrace(String trace) {
        int cause = trace.lastIndexOf(CAUSE);
        String rest = cause < 0 ? trace : trace.substring(cause + CAUSE.length());
        String first = rest.lines().findFirst().orElse("unknown").strip();
        int colon = first.indexOf(": ");
        boolean named = colon > 0 && first.substring(0, colon).matches("[\\w.$]+");
        return named ? first.substring(colon + 2) : first;
    }

    private static String joined(String message) {
        return message.strip().replaceAll("\\s*[\\r\\n]+\\s*", " ");
    }
}
