// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

/** Where the parts of a ring lie, as guest addresses, by the names that SET_VRING_ADDR has for them. */
public sealed interface RingLayout permits SplitRingLayout, PackedRingLayout {
    /** Number of descriptors. */
    int size();

    /** The descriptors. */
    long descriptors();

    /** What the driver writes: the available ring, or the driver's event area. */
    long available();

    /** What the device writes: the used ring, or the device's event area. */
    long used();

    /** What the device writes to when it returns a buffer, and so where its dirty log begins. */
    long returned();
}
