// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import java.util.Locale;

/** What a run consists of. */
enum BenchPart {
    /** Hotbay against the peer, disk by disk. */
    RATIOS,
    /** Long sequential reads against the machine's memory copy. */
    SEQUENTIAL,
    /** Several queues on one reactor. */
    QUEUES,
    /** Several disks on one reactor. */
    DISKS,
    /** A process that has served all backends against one that knows only one of them. */
    BACKENDS,
    /** In-flight tracking, event idx and histograms against none of them. */
    FEATURES,
    /** Processor time of an idle target. */
    IDLE,
    /** A request that finds the target asleep. */
    WAKE,
    /** What is allocated for a request. */
    ALLOCATION,
    /** Resident memory. */
    MEMORY,
    /** Time to the socket. */
    START;

    static BenchPart of(String name) {
        for (BenchPart part : values()) {
            if (part.name().equals(name.toUpperCase(Locale.ROOT))) {
                return part;
            }
        }
        throw new IllegalArgumentException("--parts knows ratios, sequential, queues, disks, backends, features, idle,"
                + " wake, allocation, memory and start, not \"" + name + "\"");
    }
}
