// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

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
            name = "Spin time (µs)",
            description =
                    "How long a reactor looks for work before it sleeps. More makes answers after a pause faster and costs"
                            + " processor time.",
            min = "0",
            max = "1000000")
    int spin__us() default 50;
}
