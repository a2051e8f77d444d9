// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

/** How a driver lays a request out in descriptors. */
public enum ChainShape {
    /** Header, data and status in a descriptor each. */
    DIRECT,
    /** The same in an indirect table, as Linux does when INDIRECT_DESC is negotiated. */
    INDIRECT,
    /** Header and data cut in two at places that mean nothing, as any driver may since VERSION_1. */
    FRAGMENTED
}
