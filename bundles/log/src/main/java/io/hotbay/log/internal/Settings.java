// SPDX-License-Identifier: Apache-2.0
package io.hotbay.log.internal;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.osgi.service.log.LogLevel;

/**
 * How to log, after configuration and framework properties have been looked at.
 *
 * @param level entries less severe are not shown
 * @param console whether to write to standard error
 * @param file where to write to, if anywhere
 * @param fileSize bytes after which a new file is begun
 * @param fileCount files kept
 * @param complaint what could not be understood, or empty
 */
record Settings(
        LogLevel level,
        boolean console,
        Optional<Path> file,
        long fileSize,
        int fileCount,
        Optional<String> complaint) {
    static final String LEVEL_PROPERTY = "hotbay.log.level";
    static final String FILE_PROPERTY = "hotbay.log.file";

    private static final LogLevel DEFAULT_LEVEL = LogLevel.INFO;

    /** Works settings out; a level that is no level must not leave the target without a log. */
    static Settings of(LogConfig config, UnaryOperator<String> frameworkProperty) {
        String levelText = given(config.level(), frameworkProperty.apply(LEVEL_PROPERTY));
        String fileText = given(config.file(), frameworkProperty.apply(FILE_PROPERTY));
        Optional<LogLevel> level = levelText.isEmpty() ? Optional.of(DEFAULT_LEVEL) : Severity.read(levelText);
        Optional<String> complaint = level.isPresent()
                ? Optional.empty()
                : Optional.of("log level \"" + levelText + "\" is unknown, using " + DEFAULT_LEVEL
                        + ": use ERROR, WARN, INFO, DEBUG or TRACE");
        return new Settings(
                level.orElse(DEFAULT_LEVEL),
                config.console(),
                fileText.isEmpty() ? Optional.empty() : Optional.of(Path.of(fileText)),
                config.file__size(),
                config.file__count(),
                complaint);
    }

    private static String given(String configured, String property) {
        String text = configured != null ? configured : property;
        return text == null ? "" : text.strip();
    }
}
