// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

/** Does something later, once. */
@FunctionalInterface
interface Alarm {
    /**
     * Sets it.
     *
     * @param nanos after how long, at least about
     * @param task what is done, on a thread that belongs to nobody else
     * @return calls it off; does not wait for a task that has begun
     */
    Runnable set(long nanos, Runnable task);
}
