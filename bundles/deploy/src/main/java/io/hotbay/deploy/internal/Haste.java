// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import io.hotbay.linux.ThreadPriorities;
import java.io.IOException;

/**
 * As long as it is open, the JVM's compilers leave the core to whoever puts a bundle in place: rings wait for that, and nobody for the
 * compilers. Where there is no core to spare they took a fifth of the pause otherwise, in a process that has just started much more.
 */
final class Haste implements AutoCloseable {
    /** Null when the kernel did not let them. */
    private final ThreadPriorities.Yielding compilers;

    Haste() {
        compilers = compilers();
    }

    private static ThreadPriorities.Yielding compilers() {
        try {
            return ThreadPriorities.giveWayMeanwhile(ThreadPriorities.COMPILERS, ThreadPriorities.MOST_NICE);
        } catch (IOException e) {
            // the swap takes a little longer
            return null;
        }
    }

    @Override
    public void close() {
        if (compilers != null) {
            compilers.close();
        }
    }
}
