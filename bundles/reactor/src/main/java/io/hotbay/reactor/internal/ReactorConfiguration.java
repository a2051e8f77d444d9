// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** Which cores run the data path, and how patiently. */
@ObjectClassDefinition(name = "Hotbay Reactors", description = "The threads that run the data path, one a core.")
@interface ReactorConfiguration {
    @AttributeDefinition(
            name = "Cores",
            description =
                    "Cores to run a reactor on: a mask (0x3) or a list (0,2-3). Empty: what the launcher was told (-m),"
                            + " or else the first core this process may use.",
            required = false)
    String cores() default "";

    @AttributeDefinition(
            name = "Polling",
            description =
                    "How long a reactor looks for work before it sleeps. latency: 1 to 20 ms, so guests that are hardly idle"
                            + " keep a core busy; balanced: 10 to 200 µs, as it has paid lately; economy: not at all.",
            options = {
                @Option(label = "Latency", value = "latency"),
                @Option(label = "Balanced", value = "balanced"),
                @Option(label = "Economy", value = "economy")
            })
    String polling() default "balanced";

    @AttributeDefinition(
            name = "Spin time (µs)",
            description =
                    "A fixed time to look for work before a reactor sleeps, in place of polling; -1: as polling says.",
            min = "-1",
            max = "1000000")
    int spin__us() default AS_POLLING_SAYS;

    @AttributeDefinition(
            name = "Nice value of the compilers",
            description =
                    "How far the JVM's compiler threads give way to all others, which shortens the pauses of hot"
                            + " swaps where cores are few; 0: not at all. It can be raised while the process runs, not lowered.",
            min = "0",
            max = "19")
    int compiler__nice() default 10;

    /** No fixed spin time. */
    int AS_POLLING_SAYS = -1;
}
