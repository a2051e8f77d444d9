// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.wire;

import java.nio.ByteBuffer;

/** How many file descriptors come with a message. Checked after its {@link PayloadRule}. */
public enum DescriptorRule {
    /** None. */
    NONE,
    /** Exactly one. */
    ONE,
    /** One without use, which libblkio sends with REM_MEM_REG. */
    AT_MOST_ONE,
    /** One, or none when the payload says so (bit 8, "no descriptor"). */
    UNLESS_FLAGGED,
    /** One for each region of a {@link MemoryTable}. */
    ONE_EACH_REGION,
    /** Any number: of messages that no handler looks at. */
    ANY;

    /** How many belong to a message, for people. */
    String wanted(ByteBuffer payload) {
        switch (this) {
            case AT_MOST_ONE:
                return "at most 1";
            case UNLESS_FLAGGED:
                return VringDescriptor.hasNone(payload) ? "0" : "1";
            case ONE_EACH_REGION:
                return Integer.toUnsignedString(MemoryTable.count(payload));
            default:
                return this == ONE ? "1" : "0";
        }
    }

    /** Whether a number of descriptors obeys. */
    public boolean accepts(ByteBuffer payload, int descriptors) {
        switch (this) {
            case NONE:
                return descriptors == 0;
            case ONE:
                return descriptors == 1;
            case AT_MOST_ONE:
                return descriptors <= 1;
            case UNLESS_FLAGGED:
                return descriptors == (VringDescriptor.hasNone(payload) ? 0 : 1);
            case ONE_EACH_REGION:
                return descriptors == MemoryTable.count(payload);
            default:
                return true;
        }
    }
}
