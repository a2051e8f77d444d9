// SPDX-License-Identifier: Apache-2.0
package io.hotbay.log.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** Configuration of the log. */
@ObjectClassDefinition(name = "Hotbay Log", description = "Where the log goes and how much of it.")
@interface LogConfig {
    @AttributeDefinition(
            name = "Level",
            description = "Entries less severe are not logged. When it is not given, the framework property"
                    + " hotbay.log.level counts, else INFO.",
            required = false,
            options = {
                @Option(value = "ERROR", label = "ERROR"),
                @Option(value = "WARN", label = "WARN"),
                @Option(value = "INFO", label = "INFO"),
                @Option(value = "DEBUG", label = "DEBUG"),
                @Option(value = "TRACE", label = "TRACE")
            })
    String level();

    @AttributeDefinition(name = "Console", description = "Whether to write to standard error.")
    boolean console() default true;

    @AttributeDefinition(
            name = "File",
            description = "File to write to; empty for none. When it is not given, the framework property"
                    + " hotbay.log.file counts.",
            required = false)
    String file();

    @AttributeDefinition(
            name = "File size",
            description = "Bytes after which a new file is begun; the old one is kept as <file>.1.",
            min = "4096",
            max = "1099511627776")
    long file__size() default 10 * 1024 * 1024;

    @AttributeDefinition(
            name = "File count",
            description = "How many files are kept, the current one included.",
            min = "1",
            max = "100")
    int file__count() default 5;
}
