// SPDX-License-Identifier: Apache-2.0
package io.hotbay.target;

/**
 * A migration of a bdev at one moment.
 *
 * @param bdev name of the bdev
 * @param sourceType type it had when the migration began
 * @param destinationType type it is to have
 * @param state how far it is
 * @param bytes capacity in bytes: what there is to copy
 * @param copied bytes of that which are the same on both
 * @param rate bytes copied in a second, on the average; 0 before the first
 * @param remainingMillis how long copying will take at that rate, or -1 when that is not known
 * @param reason why it failed, in a sentence, and what is left of the destination; otherwise empty
 * @param pauses those of the bdev's controllers since it began: when the copying begins, and for the switch
 */
public record MigrationStatus(
        String bdev,
        String sourceType,
        String destinationType,
        State state,
        long bytes,
        long copied,
        long rate,
        long remainingMillis,
        String reason,
        PauseSum pauses) {
    /** How far a migration is. */
    public enum State {
        /** The destination gets what the source has; what guests write goes to both. The source is in charge. */
        COPYING,
        /** Both are the same; the destination is about to take the source's place. */
        SWITCHING,
        /** The destination is in charge, and the source is gone. */
        DONE,
        /** It was called off: the source is in charge, and the destination is gone. */
        CANCELLED,
        /** It failed: the source is in charge, and the destination is gone, unless the reason says otherwise. */
        FAILED
    }

    public MigrationStatus {
        pauses = pauses == null ? PauseSum.NONE : pauses;
    }

    /** Whether nothing will change any more. */
    public boolean isOver() {
        return state != State.COPYING && state != State.SWITCHING;
    }
}
