// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor;

import org.osgi.annotation.versioning.ConsumerType;

/** Something a {@link Reactor} runs over and over. All methods are called on the reactor's thread. */
@ConsumerType
public interface Poller {
    /** Its name, for people. */
    String name();

    /**
     * Does what there is to do now, without waiting for anything.
     *
     * @return how much was done; 0 when there was nothing
     */
    int poll();

    /**
     * Called before the reactor goes to sleep: asks for notifications on the watched descriptors, then looks once more.
     *
     * @return whether the reactor may sleep; false when there is work after all
     */
    default boolean arm() {
        return true;
    }

    /** Called after the reactor woke up, or did not sleep after all: notifications are no longer needed. */
    default void disarm() {}

    /**
     * Called when access to mapped memory failed on this thread, because a file was truncated. The JVM throws the error some time
     * after the access, perhaps out of another poller than the one that made it, so the reactor asks all of them.
     *
     * @return whether it is this poller's memory; it has taken care of that then
     */
    default boolean memoryFault(InternalError error) {
        return false;
    }

    /**
     * Called when {@link #poll()}, {@link #arm()} or {@link #disarm()} threw: the reactor has dropped this poller and goes on
     * without it.
     */
    default void failed(Throwable cause) {}
}
