// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevmalloc.internal;

/**
 * The store of a disk and those it had before a resize, which must not go while a channel works on them. Counts channels; any thread,
 * never for long.
 */
final class DiskMemory {
    private final Runnable unused;
    private LeasedStore store;
    private int channels;
    private int formerChannels;

    /** @param unused called when the last channel on a former store has closed, on the thread that closes it */
    DiskMemory(LeasedStore store, Runnable unused) {
        this.store = store;
        this.unused = unused;
    }

    /** The store as it is now. */
    synchronized LeasedStore store() {
        return store;
    }

    /** The store for a new channel, which gives it back when it closes. */
    synchronized LeasedStore open() {
        channels++;
        return store;
    }

    void close(LeasedStore used) {
        if (isLastOfFormer(used)) {
            unused.run();
        }
    }

    private synchronized boolean isLastOfFormer(LeasedStore used) {
        if (used == store) {
            channels--;
            return false;
        }
        formerChannels--;
        return formerChannels == 0;
    }

    /** New channels get another store from now on. */
    synchronized void replace(LeasedStore next) {
        formerChannels += channels;
        channels = 0;
        store = next;
    }

    /** Whether a channel works on a former store. */
    synchronized boolean hasFormerChannels() {
        return formerChannels > 0;
    }
}
