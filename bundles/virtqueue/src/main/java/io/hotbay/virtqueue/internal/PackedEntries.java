// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

/**
 * How the entries of a packed ring's in-flight region hang together. It is our own copy, checked when it was read: the front-end can
 * change the region at any time.
 */
final class PackedEntries {
    final int[] next;
    /** Last entry of a chain, by its first. */
    final int[] last;
    /** Entries of a chain, by its first. */
    final int[] number;
    /** Buffer id of a chain, by its first entry. */
    final int[] head;
    /** First entry of a chain, by its buffer id. */
    final int[] first;
    /** First free entry, or the number of entries. */
    int freeHead;

    /** All of them free. */
    PackedEntries(int entries, int size) {
        next = new int[entries];
        last = new int[entries];
        number = new int[entries];
        head = new int[entries];
        first = new int[size];
        for (int entry = 0; entry < entries; entry++) {
            next[entry] = entry + 1;
        }
    }

    int count() {
        return next.length;
    }
}
