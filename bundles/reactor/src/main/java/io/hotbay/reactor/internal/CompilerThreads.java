// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor.internal;

import io.hotbay.linux.ThreadPriorities;
import io.hotbay.reactor.Reactors;
import java.io.IOException;
import org.osgi.service.log.Logger;

/**
 * The JVM's compilers. They have much to do when bundles are replaced, and where there is no core to spare they take the time of a
 * reactor, or of whoever puts the new bundle in place while disks wait. What they compile is wanted soon, but never at once.
 */
final class CompilerThreads {
    private CompilerThreads() {}

    /** Lets them give way to all other threads, as far as a configuration says. */
    static void giveWay(ReactorConfiguration configuration, Logger logger) {
        try {
            ThreadPriorities.giveWay(ThreadPriorities.COMPILERS, configuration.compiler__nice());
        } catch (IOException e) {
            logger.warn("the JVM's compilers do not give way to other threads: {}", e.getMessage());
        }
    }

    /** @throws IllegalArgumentException if the configuration asks for what there is not */
    static void check(ReactorConfiguration configuration) {
        int nice = configuration.compiler__nice();
        if (nice < 0 || nice > ThreadPriorities.MOST_NICE) {
            throw new IllegalArgumentException("compiler_nice of " + Reactors.PID + " is " + nice + ": must be 0 to "
                    + ThreadPriorities.MOST_NICE + "; 0 leaves the JVM's compilers as they are");
        }
    }
}
