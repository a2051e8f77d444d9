// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.wire;

import java.nio.ByteBuffer;

/** How long a message's payload must be (vhost-user specification, "Message types"). */
public enum PayloadRule {
    /** No payload. */
    NONE,
    /** A 64-bit integer. */
    U64,
    /** Nothing or a 64-bit integer without meaning, because front-ends differ. */
    NONE_OR_U64,
    /** A {@link VringState}. */
    VRING_STATE,
    /** A {@link VringAddress}. */
    VRING_ADDRESS,
    /** As many regions as the {@link MemoryTable} says. */
    MEMORY_TABLE,
    /** One region behind eight bytes of padding. */
    SINGLE_REGION,
    /** At least a {@link ConfigAccess} without its contents; the message's handler looks at the rest. */
    CONFIG,
    /** An {@link InFlightDescription}, with or without its padding. */
    IN_FLIGHT,
    /** A {@link LogDescription}: what goes with a descriptor. */
    LOG,
    /** A {@link DeviceStateTransfer}. */
    DEVICE_STATE,
    /** Anything: of messages that no handler looks at. */
    ANY;

    /** What a payload that does not obey ought to be, for people. */
    String wanted(ByteBuffer payload) {
        return this == MEMORY_TABLE && payload.limit() >= MemoryTable.REGIONS
                ? "what the " + Integer.toUnsignedString(MemoryTable.count(payload)) + " regions it tells of take"
                : "its size";
    }

    /** Whether a payload, from its first byte to its limit, obeys. */
    public boolean accepts(ByteBuffer payload) {
        int size = payload.limit();
        switch (this) {
            case NONE:
                return size == 0;
            case U64:
                return size == Long.BYTES;
            case NONE_OR_U64:
                return size == 0 || size == Long.BYTES;
            case VRING_STATE:
                return size == VringState.SIZE;
            case VRING_ADDRESS:
                return size == VringAddress.SIZE;
            case MEMORY_TABLE:
                return size >= MemoryTable.REGIONS && size == MemoryTable.size(MemoryTable.count(payload));
            case SINGLE_REGION:
                return size == MemoryTable.SINGLE_REGION_SIZE;
            case CONFIG:
                return size >= ConfigAccess.CONTENTS;
            case IN_FLIGHT:
                return size == InFlightDescription.SIZE || size == InFlightDescription.PADDED_SIZE;
            case LOG:
                return size == LogDescription.SIZE;
            case DEVICE_STATE:
                return size == DeviceStateTransfer.SIZE;
            default:
                return true;
        }
    }
}
