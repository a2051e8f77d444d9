// SPDX-License-Identifier: Apache-2.0
package io.hotbay.target;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A controller: a device exported over a socket. The service exists as long as its configuration does, with a device behind it
 * or not. Registered with the properties {@link #NAME} and {@link #TYPE}. Any thread.
 */
@ProviderType
public interface Controller {
    /** Service and configuration property: the controller's name, which is also the name of its socket. */
    String NAME = "hotbay.controller.name";

    /** Service and configuration property: its device type, such as {@code blk}. */
    String TYPE = "hotbay.controller.type";

    /** Configuration property: name of the bdev behind it. */
    String BDEV = "hotbay.controller.bdev";

    /** Factory PID of controllers. */
    String FACTORY_PID = "io.hotbay.vhost.controller";

    /** How it is now. A controller that has left may still be asked: its sessions are then those that have not ended yet. */
    ControllerStatus status();

    /**
     * What its queues have done: those of the sessions there are now, by session and number. Empty when it counts nothing. Takes as
     * long as copying the counters does and holds up no queue.
     */
    default List<QueueStatistics> statistics() {
        return List.of();
    }

    /** Its last pauses, the oldest first; only those that are over. Empty when it does not measure them. */
    default List<Pause> pauses() {
        return List.of();
    }

    /**
     * Moves a queue to another core's reactor, in all its sessions, while front-ends do I/O: requests wait in the ring until those
     * under way are completed. It goes back to that core after each later pause too, until the session ends.
     *
     * @param queue number of the queue, from 0
     * @param core core of a running reactor
     * @throws IllegalArgumentException if there is no such queue, no reactor on that core, or the controller's {@code cpumask}
     *     leaves it out; nothing has changed then
     * @throws IllegalStateException if no front-end is connected, or its device cannot serve just now
     * @throws UnsupportedOperationException if this kind of controller moves no queues
     */
    default void move(int queue, int core) {
        throw new UnsupportedOperationException("this controller cannot move its queues");
    }
}
