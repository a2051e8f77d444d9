// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.LinuxException;
import io.hotbay.vhostuser.internal.wire.DeviceStateTransfer;
import io.hotbay.vhostuser.internal.wire.Message;
import io.hotbay.vhostuser.internal.wire.MessageRefusedException;
import io.hotbay.vhostuser.internal.wire.MessageType;
import io.hotbay.vhostuser.internal.wire.Reply;
import java.io.IOException;
import java.util.Map;

/**
 * Messages about moving the device's own state to another back-end. A state that was read takes effect with CHECK_DEVICE_STATE,
 * behind which no front-end sends more of it.
 */
final class DeviceStateHandlers {
    /** How long CHECK_DEVICE_STATE waits for the other end of the pipe. */
    private static final long PATIENCE_MILLIS = 1000;

    private static final long DONE = 0;
    private static final long FAILED = 1;
    /** The bits of a mode that tell the kind of a file (inode(7)): a pipe. */
    private static final int FILE_TYPE_MASK = 0xf000;

    private static final int PIPE = 0x1000;

    private final Session session;
    private final ConfigHandlers config;
    private StateTransfer transfer;

    DeviceStateHandlers(Session session, ConfigHandlers config) {
        this.session = session;
        this.config = config;
    }

    void register(Map<MessageType, MessageHandler> handlers) {
        handlers.put(MessageType.SET_DEVICE_STATE_FD, this::begin);
        handlers.put(MessageType.CHECK_DEVICE_STATE, this::check);
    }

    /** The answer has a place for failure, so that the connection lives. */
    private void begin(Message message, Reply reply) {
        DeviceStateTransfer wanted = DeviceStateTransfer.read(message.payload());
        try {
            begin(wanted, message);
            reply.u64(DeviceStateTransfer.ACCEPTED);
        } catch (MessageRefusedException e) {
            session.logger().warn("{}: refused SET_DEVICE_STATE_FD: {}", session.name(), e.getMessage());
            reply.u64(DeviceStateTransfer.REFUSED);
        }
    }

    private void begin(DeviceStateTransfer wanted, Message message) throws MessageRefusedException {
        if (wanted.phase() != DeviceStateTransfer.STOPPED
                || wanted.direction() != DeviceStateTransfer.SAVE && wanted.direction() != DeviceStateTransfer.LOAD) {
            throw new MessageRefusedException(
                    "there is no direction " + wanted.direction() + " in phase " + wanted.phase());
        }
        if (session.rings().stream().anyMatch(ring -> ring.isRunning())) {
            throw new MessageRefusedException("rings are running");
        }
        if (transfer != null && !transfer.isDone()) {
            throw new MessageRefusedException("another transfer is under way");
        }
        boolean save = wanted.direction() == DeviceStateTransfer.SAVE;
        Descriptor stream = stream(message);
        transfer = StateTransfer.begin(session.name(), stream, save ? DeviceState.encode(config.written()) : null);
    }

    private static Descriptor stream(Message message) throws MessageRefusedException {
        Descriptor descriptor = message.takeDescriptor();
        try {
            if (!descriptor.status().isSocket() && (descriptor.status().mode() & FILE_TYPE_MASK) != PIPE) {
                throw new MessageRefusedException("its descriptor is neither pipe nor socket");
            }
            return descriptor;
        } catch (LinuxException | MessageRefusedException e) {
            descriptor.close();
            throw new MessageRefusedException(e.getMessage());
        }
    }

    /** Waits until the state is through or never will be. Without the controller's lock: it is the front-end that is waited for. */
    void awaitTransfer() {
        StateTransfer now = transfer;
        if (now == null) {
            return;
        }
        try {
            now.await(PATIENCE_MILLIS);
        } catch (IOException e) {
            // the check reports it
            now.close();
        }
    }

    private void check(Message message, Reply reply) {
        try {
            if (transfer == null) {
                throw new IOException("there was none");
            }
            byte[] state = transfer.await(0);
            if (transfer.isIncoming()) {
                config.load(DeviceState.decode(state));
            }
            reply.u64(DONE);
        } catch (IOException | MessageRefusedException e) {
            session.logger().warn("{}: the device's state was not transferred: {}", session.name(), e.getMessage());
            reply.u64(FAILED);
        } finally {
            transfer = null;
        }
    }

    /** Gives up what is under way. */
    void close() {
        if (transfer != null) {
            transfer.close();
        }
    }
}
