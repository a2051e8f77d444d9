// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

/** Something in or around the guest did not go as it should; the message ends with what the logs say. */
public final class GuestFailure extends AssertionError {
    private static final long serialVersionUID = 1L;

    GuestFailure(String message) {
        super(message);
    }

    GuestFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
