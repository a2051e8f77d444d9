// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.LinuxException;
import io.hotbay.linux.UnixConnection;
import io.hotbay.vhostuser.internal.wire.Message;
import io.hotbay.vhostuser.internal.wire.MessageRefusedException;
import io.hotbay.vhostuser.internal.wire.MessageType;
import io.hotbay.vhostuser.internal.wire.Reply;
import io.hotbay.vhostuser.internal.wire.Transcript;
import java.io.IOException;
import java.util.Map;

/** The message that brings the channel for requests of our own, and what the front-end is told there. */
final class BackendChannelHandlers {
    /** The front-end has not been told the configuration space yet. */
    private static final int NEVER = -1;

    private final Session session;
    private BackendChannel channel;
    private int generationTold = NEVER;

    BackendChannelHandlers(Session session) {
        this.session = session;
    }

    void register(Map<MessageType, MessageHandler> handlers) {
        handlers.put(MessageType.SET_BACKEND_REQ_FD, this::setDescriptor);
    }

    private void setDescriptor(Message message, Reply reply) throws MessageRefusedException {
        Descriptor descriptor = message.takeDescriptor();
        try {
            if (!descriptor.status().isSocket()) {
                throw new MessageRefusedException("its descriptor is no socket");
            }
        } catch (LinuxException | MessageRefusedException e) {
            descriptor.close();
            throw new MessageRefusedException(e.getMessage());
        }
        close();
        channel = session.backendChannel(UnixConnection.adopt(descriptor));
    }

    /** The front-end knows the configuration space as it is now. */
    void configTold() {
        generationTold = session.slot().generation();
    }

    /** Tells the front-end that the configuration space is not what it knows, if it listens. */
    void tellConfigChange() {
        if (channel != null && generationTold != session.slot().generation()) {
            configTold();
            channel.configChanged();
        }
    }

    /** Hands the channel on: the session has none any more. */
    void handOver(Transcript transcript) throws IOException {
        if (channel != null) {
            Descriptor descriptor = channel.handOver();
            channel = null;
            transcript.add(MessageType.SET_BACKEND_REQ_FD, 0, payload -> {}, descriptor);
        }
    }

    void close() {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }
}
