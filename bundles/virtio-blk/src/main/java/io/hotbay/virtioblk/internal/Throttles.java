// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import io.hotbay.bdev.QosLimits;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The throttle of each bdev, by name: whatever controllers and queues use it share it. Any thread. */
final class Throttles {
    private final Map<String, Throttle> throttles = new ConcurrentHashMap<>();

    /** The throttle of a bdev, the same object whenever it is asked for. */
    Throttle of(String bdev) {
        return throttles.computeIfAbsent(bdev, name -> new Throttle());
    }

    void limit(String bdev, QosLimits limits) {
        of(bdev).limit(limits, System.nanoTime());
    }
}
