// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.EventFd;
import io.hotbay.linux.LinuxException;
import io.hotbay.vhostuser.internal.memory.MappedLog;
import io.hotbay.vhostuser.internal.wire.LogDescription;
import io.hotbay.vhostuser.internal.wire.Message;
import io.hotbay.vhostuser.internal.wire.MessageRefusedException;
import io.hotbay.vhostuser.internal.wire.MessageType;
import io.hotbay.vhostuser.internal.wire.ProtocolFeatures;
import io.hotbay.vhostuser.internal.wire.Reply;
import io.hotbay.vhostuser.internal.wire.Transcript;
import java.util.Map;

/**
 * Messages about the log of a live migration. Rings write to it while LOG_ALL is accepted; what they are told at their start holds
 * until they stop, so each change stops them.
 */
final class LogHandlers {
    private final Session session;
    private MappedLog log;
    /** What came with SET_LOG_FD, to be duplicated for each log. */
    private Descriptor event;

    LogHandlers(Session session) {
        this.session = session;
    }

    void register(Map<MessageType, MessageHandler> handlers) {
        handlers.put(MessageType.SET_LOG_BASE, this::setBase);
        handlers.put(MessageType.SET_LOG_FD, this::setEvent);
    }

    /** The log as it was handed in last, or null. */
    MappedLog current() {
        return log;
    }

    /** cloud-hypervisor sends another file with each round; whoever reads the old one must have seen all that is in it. */
    private void setBase(Message message, Reply reply) throws MessageRefusedException {
        if (!session.hasAccepted(ProtocolFeatures.LOG_SHMFD)) {
            throw new MessageRefusedException("LOG_SHMFD has not been negotiated");
        }
        LogDescription description = LogDescription.read(message.payload());
        MappedLog next = MappedLog.map(description, message.takeDescriptor());
        try {
            next.event(event == null ? null : EventFd.adopt(event.duplicate()));
        } catch (LinuxException e) {
            next.release();
            throw new MessageRefusedException(description + ": " + e.getMessage());
        }
        session.stopRings();
        if (log != null) {
            log.release();
        }
        log = next;
        description.put(reply.payload(LogDescription.SIZE));
    }

    private void setEvent(Message message, Reply reply) throws MessageRefusedException {
        Descriptor next = EventDescriptor.take(message);
        if (log != null) {
            EventFd duplicate = duplicate(next);
            session.stopRings();
            log.event(duplicate);
        }
        if (event != null) {
            event.close();
        }
        event = next;
    }

    private static EventFd duplicate(Descriptor descriptor) throws MessageRefusedException {
        try {
            return EventFd.adopt(descriptor.duplicate());
        } catch (LinuxException e) {
            descriptor.close();
            throw new MessageRefusedException(e.getMessage());
        }
    }

    void record(Transcript transcript) throws LinuxException {
        if (log != null) {
            log.record(transcript);
        }
        if (event != null) {
            transcript.add(MessageType.SET_LOG_FD, 0, payload -> {}, event.duplicate());
        }
    }

    /** Lets go of everything; no ring is running. */
    void close() {
        if (log != null) {
            log.release();
            log = null;
        }
        if (event != null) {
            event.close();
            event = null;
        }
    }
}
