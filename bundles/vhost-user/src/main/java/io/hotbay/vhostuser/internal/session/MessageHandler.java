// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import io.hotbay.vhostuser.internal.wire.Message;
import io.hotbay.vhostuser.internal.wire.MessageRefusedException;
import io.hotbay.vhostuser.internal.wire.Reply;

/** Carries out messages of one type, whose form has been checked. */
@FunctionalInterface
interface MessageHandler {
    /**
     * Does what the message asks for; all of it is in effect on return.
     *
     * @param reply receives the answer, for types that have one of their own
     * @throws MessageRefusedException if that is not possible; nothing has changed then
     */
    void handle(Message message, Reply reply) throws MessageRefusedException;
}
