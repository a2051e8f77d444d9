// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtio;

import io.hotbay.bdev.IoCounters;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** A queue that a device serves. All methods are called on one reactor thread, except where noted. */
@ConsumerType
public interface DeviceQueue {
    /**
     * Takes new requests, works on those under way, and publishes what is done.
     *
     * @return how many requests were taken or completed
     */
    int poll();

    /**
     * The same without taking new requests.
     *
     * @return how many were completed
     */
    int drain();

    /** Number of requests under way. When it is 0 nothing of this queue touches guest memory between two calls. Any thread. */
    int inFlight();

    /**
     * How many of the requests under way wait for nothing but their time, which {@link #sleepLimit} tells: a limit of the bdev holds
     * them back. {@link #drain} does not let them wait.
     */
    default int held() {
        return 0;
    }

    /** Nanoseconds until it must be polled, whatever else happens; {@link Long#MAX_VALUE} for never. */
    default long sleepLimit() {
        return Long.MAX_VALUE;
    }

    /** A descriptor to watch while the reactor sleeps, or -1: see {@code BlockChannel.wakeDescriptor()}. */
    default int wakeDescriptor() {
        return -1;
    }

    /** What it counts, the same object as long as it lives; empty when it counts nothing. Any thread. */
    default Optional<IoCounters> counters() {
        return Optional.empty();
    }

    /** Gives the ring back; only while nothing is in flight. */
    void stop();
}
