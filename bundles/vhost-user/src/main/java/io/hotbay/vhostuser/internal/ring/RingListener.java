// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.ring;

/** Learns of rings that break. Called on reactor threads too, so it must not wait or log there. */
@FunctionalInterface
public interface RingListener {
    /**
     * A ring is broken until the front-end starts it anew.
     *
     * @param ring its name
     * @param reason what is wrong with it
     */
    void broken(String ring, String reason);
}
