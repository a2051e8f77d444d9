// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import io.hotbay.memory.GuestMemory;

/**
 * A chain as a driver laid it out.
 *
 * @param head its number in the ring
 * @param out all readable bytes, joined
 * @param inLength number of writable bytes, the status included
 * @param handles where the segments are
 * @param lengths how long they are
 * @param readable how many of them are readable
 */
record FuzzedChain(int head, byte[] out, int inLength, long[] handles, int[] lengths, int readable) {
    boolean isAnswerable() {
        return inLength > 0;
    }

    boolean isStatusOutside() {
        return handles[handles.length - 1] == GuestMemory.NONE;
    }

    boolean isOutside() {
        for (long handle : handles) {
            if (handle == GuestMemory.NONE) {
                return true;
            }
        }
        return false;
    }
}
