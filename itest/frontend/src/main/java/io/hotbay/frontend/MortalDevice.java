// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import io.hotbay.linux.Mapping;

/**
 * A device that takes requests and returns them with its in-flight record kept as the specification has it, and that dies after
 * a number of steps: each store that somebody else could see is one. It executes nothing. What it leaves behind is what a
 * back-end finds that was killed there.
 */
public abstract sealed class MortalDevice permits MortalSplitDevice, MortalPackedDevice {
    /** It has died; nothing is done any more. */
    static final class Died extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Died() {
            super("the device has died, as it was to", null, false, false);
        }
    }

    private int stepsLeft = Integer.MAX_VALUE;
    private long counter;
    private int published;

    /** Makes one for a queue that nothing is in flight on; it lives until {@link #dieAfter} is called. */
    public static MortalDevice of(FrontendQueue queue, Mapping record) {
        int bytes = (int) record.length();
        return queue.ring() instanceof PackedDriverRing packed
                ? new MortalPackedDevice(packed, new PackedInflightRecord(record.window(0, bytes)))
                : new MortalSplitDevice(queue.splitRing(), new SplitInflightRecord(record.window(0, bytes)));
    }

    /** Lets it die after so many steps of what it does next; the first is the moment before it does anything. */
    public final void dieAfter(int steps) {
        stepsLeft = steps;
        published = 0;
    }

    /** Counts a step that was done, and dies if it was the last. */
    final void step() {
        if (--stepsLeft <= 0) {
            throw new Died();
        }
    }

    /** Takes note that the driver can see so many answers more. */
    final void published(int count) {
        published += count;
    }

    /** How many answers the driver has been given since {@link #dieAfter}. */
    public final int published() {
        return published;
    }

    /**
     * Takes some requests and returns some of them in batches, until it dies.
     *
     * @param takes how many to take first
     * @param batches which of them to return together, by the order in which they were taken
     * @return whether it has lived through all of it
     */
    public final boolean live(int takes, int[]... batches) {
        try {
            step();
            int[] taken = new int[takes];
            for (int i = 0; i < takes; i++) {
                taken[i] = take(counter++);
            }
            for (int[] batch : batches) {
                int[] entries = new int[batch.length];
                for (int i = 0; i < batch.length; i++) {
                    entries[i] = taken[batch[i]];
                }
                complete(entries);
            }
            return true;
        } catch (Died asWanted) {
            return false;
        }
    }

    /** Takes the next request; returns what {@link #complete} knows it by. */
    abstract int take(long number);

    /** Returns requests as one batch. */
    abstract void complete(int[] entries);
}
