// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

/**
 * What has to become of a chain.
 *
 * @param breaksRing whether its status byte cannot be reached, which breaks the ring
 * @param status the status byte, or {@link #NO_STATUS}; for what the bdev does, the status if it succeeds
 * @param in bytes written before the status
 * @param told how many bytes before the status are told as written; of a read all of them, also when it fails
 * @param operation what the bdev does, as {@link FakeBdev} logs it, or null if the bdev does not come to know of it
 */
record ExpectedAnswer(boolean breaksRing, int status, byte[] in, int told, String operation) {
    static final int NO_STATUS = -1;

    private static final byte[] NOTHING = {};

    static ExpectedAnswer breaking() {
        return new ExpectedAnswer(true, NO_STATUS, NOTHING, 0, null);
    }

    static ExpectedAnswer silence() {
        return new ExpectedAnswer(false, NO_STATUS, NOTHING, 0, null);
    }

    static ExpectedAnswer status(int status) {
        return new ExpectedAnswer(false, status, NOTHING, 0, null);
    }

    static ExpectedAnswer read(int status, int length) {
        return new ExpectedAnswer(false, status, NOTHING, length, null);
    }

    static ExpectedAnswer read(String operation, int length) {
        return new ExpectedAnswer(false, BlkRequest.OK, NOTHING, length, operation);
    }

    static ExpectedAnswer data(byte[] in) {
        return new ExpectedAnswer(false, BlkRequest.OK, in, in.length, null);
    }

    static ExpectedAnswer of(String operation) {
        return new ExpectedAnswer(false, BlkRequest.OK, NOTHING, 0, operation);
    }
}
