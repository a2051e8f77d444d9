// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import io.hotbay.linux.EventFd;
import io.hotbay.linux.UnixConnection;
import io.hotbay.vhostuser.internal.wire.Message;
import io.hotbay.vhostuser.internal.wire.MessageRefusedException;
import io.hotbay.vhostuser.internal.wire.MessageType;
import io.hotbay.vhostuser.internal.wire.MessageType.Answer;
import io.hotbay.vhostuser.internal.wire.Reply;
import java.io.EOFException;
import java.io.IOException;
import org.osgi.service.log.Logger;

/** Reads a front-end's messages, has them carried out, and answers: one loop for all the rules that {@link MessageType} holds. */
public final class SessionLoop {
    /** Acknowledgement: done. */
    private static final long DONE = 0;
    /** Acknowledgement: refused. */
    private static final long REFUSED = 1;
    /** Refusals that are logged in a session; a front-end must not fill the log. */
    private static final int REFUSALS_LOGGED = 20;

    /** What {@link #run()} returns when it was interrupted. */
    public static final String INTERRUPTED = "another transport takes over";

    private final UnixConnection connection;
    private final EventFd interruption;
    private final Session session;
    private final Logger logger;
    private final Message message = new Message();
    private final Reply reply = new Reply();
    private int refusals;

    /**
     * Makes a loop over a connection, which it does not close.
     *
     * @param interruption ends it between two messages when it is signalled
     */
    public SessionLoop(UnixConnection connection, EventFd interruption, Session session, Logger logger) {
        this.connection = connection;
        this.interruption = interruption;
        this.session = session;
        this.logger = logger;
    }

    /**
     * Goes on until the connection ends or must be ended.
     *
     * @return why it did, for people
     */
    public String run() {
        try (message;
                reply) {
            while (connection.awaitMessage(interruption)) {
                if (!message.receive(connection)) {
                    return "the front-end closed the connection";
                }
                answer();
            }
            return INTERRUPTED;
        } catch (MessageRefusedException e) {
            return "the front-end sent " + describe(MessageType.of(message.request())) + ": " + e.getMessage();
        } catch (EOFException e) {
            return "the connection ended in the middle of a message";
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    /** @throws MessageRefusedException if the connection cannot go on behind this message */
    private void answer() throws IOException, MessageRefusedException {
        MessageType type = MessageType.of(message.request());
        reply.clear();
        try (message) {
            carryOut(type);
        } catch (MessageRefusedException e) {
            refuse(type, e);
            return;
        }
        if (type.answer() == Answer.OWN) {
            reply.send(connection, message.request());
            reply.clear();
        } else if (message.needsReply()) {
            acknowledge(DONE);
        }
    }

    private void carryOut(MessageType type) throws MessageRefusedException {
        if (!message.hasKnownVersion()) {
            throw new MessageRefusedException("its version is not 1");
        }
        if (type == null) {
            throw new MessageRefusedException("there is no such message");
        }
        if (!session.handles(type)) {
            throw new MessageRefusedException("this target did not offer it");
        }
        type.check(message);
        try {
            session.handle(type, message, reply);
        } catch (RuntimeException e) {
            logger.error("{}: {} failed", session.name(), type, e);
            throw new MessageRefusedException(e.toString());
        }
    }

    /** Whoever waits for an acknowledgement learns of the refusal there, and the connection lives. */
    private void refuse(MessageType type, MessageRefusedException refusal) throws IOException, MessageRefusedException {
        if (!message.needsReply() && !isHarmless(type)) {
            throw refusal;
        }
        if (refusals++ < REFUSALS_LOGGED) {
            logger.warn("{}: refused {}: {}", session.name(), describe(type), refusal.getMessage());
        }
        if (message.needsReply()) {
            acknowledge(REFUSED);
        }
    }

    /** A message that was not offered can be passed over when nobody waits for an answer. */
    private boolean isHarmless(MessageType type) {
        return type != null && message.hasKnownVersion() && !session.handles(type) && type.answer() != Answer.OWN;
    }

    private void acknowledge(long outcome) throws IOException {
        reply.clear();
        reply.u64(outcome);
        reply.send(connection, message.request());
    }

    private String describe(MessageType type) {
        return type == null ? "message " + Integer.toUnsignedString(message.request()) : type.toString();
    }
}
