// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Something a {@link Reactor} runs over and over. All methods are called on the reactor's thread.
 *
 * <p>When a page of mapped memory is not there (its file was truncated), the JVM throws an {@code InternalError} some time after the
 * access, perhaps when the method that made it has returned. A poller that touches such memory has to see to it that the error
 * comes up before: see {@code io.hotbay.linux.FaultWatch}. Otherwise it hits another poller.
 */
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

    /**
     * Called when {@link #arm()} has let the reactor sleep: for how long, because something is due then.
     *
     * @return nanoseconds from now; 0 or less when it must not sleep after all, {@link Long#MAX_VALUE} when there is no limit
     */
    default long sleepLimit() {
        return Long.MAX_VALUE;
    }

    /** Called after the reactor woke up, or did not sleep after all: notifications are no longer needed. */
    default void disarm() {}

    /**
     * Called when {@link #poll()}, {@link #arm()}, {@link #sleepLimit()} or {@link #disarm()} threw: the reactor has dropped this
     * poller and goes on without it.
     */
    default void failed(Throwable cause) {}
}
