// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.wire;

/** A message that is not carried out. The text says why, in half a sentence; nothing has changed. */
public final class MessageRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Makes a refusal with its reason. */
    public MessageRefusedException(String reason) {
        super(reason);
    }
}
