// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor.internal;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** What the JVM knows about the costs of a thread; -1 where it does not tell. */
final class ThreadCosts {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private ThreadCosts() {}

    static long processorNanos(long threadId) {
        return THREADS.isThreadCpuTimeSupported() && THREADS.isThreadCpuTimeEnabled()
                ? THREADS.getThreadCpuTime(threadId)
                : -1;
    }

    static long allocatedBytes(long threadId) {
        try {
            return HotSpot.allocatedBytes(threadId);
        } catch (LinkageError e) {
            return -1;
        }
    }

    /** Apart, because com.sun.management is imported optionally: where it is missing only this class fails to load. */
    private static final class HotSpot {
        private static long allocatedBytes(long threadId) {
            return THREADS instanceof com.sun.management.ThreadMXBean threads
                            && threads.isThreadAllocatedMemorySupported()
                            && threads.isThreadAllocatedMemoryEnabled()
                    ? threads.getThreadAllocatedBytes(threadId)
                    : -1;
        }
    }
}
