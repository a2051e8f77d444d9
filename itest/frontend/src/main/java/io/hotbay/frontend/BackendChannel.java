// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.UnixConnection;
import java.io.IOException;
import java.util.List;

/**
 * The socket on which a back-end sends messages of its own, seen from the front-end: one half is handed over with
 * {@link FrontendConnection#setBackendReqFd}, the other is read here.
 */
public final class BackendChannel implements AutoCloseable {
    /** Id of the message that says that the configuration space has changed. */
    public static final int CONFIG_CHANGE_MSG = 2;

    private final UnixConnection far;
    private final MessageSocket near;

    private BackendChannel(UnixConnection far, MessageSocket near) {
        this.far = far;
        this.near = near;
    }

    /** Makes both halves. */
    public static BackendChannel create() throws IOException {
        UnixConnection[] pair = UnixConnection.pair();
        return new BackendChannel(pair[1], MessageSocket.over(pair[0]));
    }

    /** Hands the far half to the back-end. */
    public void handOver(FrontendConnection connection) throws IOException {
        // Our copy stays open until the end: closing it would shut the socket down for the back-end too.
        connection.setBackendReqFd(Descriptor.adopt(far.number()));
    }

    /** Whether the back-end has sent something within a time. */
    public boolean hasMessage(int millis) throws IOException {
        return near.isReadable(millis);
    }

    /** Receives the next message of the back-end, and acknowledges it if it asks for that. */
    public Message receive() throws IOException {
        Message message = near.receive();
        if ((message.flags() & Message.NEED_REPLY) != 0) {
            near.send(
                    message.request(),
                    FrontendConnection.REPLY_FLAGS,
                    MessageSocket.payload(Long.BYTES).putLong(0, 0),
                    List.of());
        }
        return message;
    }

    @Override
    public void close() {
        far.close();
        near.close();
    }
}
