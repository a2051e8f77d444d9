// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

/**
 * What has to become of a chain.
 *
 * @param breaksRing whether its status byte cannot be reached, which breaks the ring
 * @param status the status byte, or {@link #NO_STATUS}; for what the bdev does, the status if it succeeds
 * @param in bytes written before the status
 * @param operation what the bdev does, as {@link FakeBdev} logs it, or null if the bdev does not come to know of it
 */
record ExpectedAnswer(boolean breaksRing, int status, byte[] in, String operation) {
    static final int NO_STATUS = -1;

    private static final byte[] NOTHING = {};

    static ExpectedAnswer breaking() {
        return new ExpectedAnswer(true, NO_STATUS, NOTHING, null);
    }

    static ExpectedAnswer silence() {
        return new ExpectedAnswer(false, NO_STATUS, NOTHING, null);
    }

    static ExpectedAnswer status(int status) {
        return new ExpectedAnswer(false, status, NOTHING, null);
    }

    static ExpectedAnswer data(byte[] in) {
        return new ExpectedAnswer(false, BlkRequest.OK, in, null);
    }

    static ExpectedAnswer of(String operation) {
        return new ExpectedAnswer(false, BlkRequest.OK, NOTHING, operation);
    }
}
