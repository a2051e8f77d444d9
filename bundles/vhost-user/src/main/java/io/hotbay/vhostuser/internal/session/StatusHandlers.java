// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import io.hotbay.vhostuser.internal.wire.Message;
import io.hotbay.vhostuser.internal.wire.MessageType;
import io.hotbay.vhostuser.internal.wire.Reply;
import io.hotbay.vhostuser.internal.wire.Transcript;
import java.util.Map;

/**
 * Messages about the device status (virtio 1.x, section 2.1). It is kept for whoever asks; rings start by their own messages, which
 * come whether the front-end knows a status or not.
 */
final class StatusHandlers {
    private static final long MASK = 0xff;
    private static final long FEATURES_OK = 8;
    private static final long DEVICE_NEEDS_RESET = 64;

    private final Session session;
    private long status;

    StatusHandlers(Session session) {
        this.session = session;
    }

    void register(Map<MessageType, MessageHandler> handlers) {
        handlers.put(MessageType.GET_STATUS, (message, reply) -> reply.u64(status()));
        handlers.put(MessageType.SET_STATUS, this::set);
    }

    private long status() {
        return session.needsReset() ? status | DEVICE_NEEDS_RESET : status;
    }

    private void set(Message message, Reply reply) {
        // a front-end adds to what it has read; that bit is not the driver's to set
        long next = message.u64() & MASK & ~DEVICE_NEEDS_RESET;
        if (next == 0) {
            session.reset(true);
            return;
        }
        status = session.acceptsFeatures() ? next : next & ~FEATURES_OK;
    }

    void record(Transcript transcript) {
        if (status != 0) {
            transcript.u64(MessageType.SET_STATUS, status);
        }
    }

    /** The device is as new. */
    void reset() {
        status = 0;
    }
}
