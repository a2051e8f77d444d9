// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import io.hotbay.keeper.Kept;
import io.hotbay.linux.Descriptor;
import io.hotbay.vhostuser.internal.wire.Transcript;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a controller leaves to the next version of this bundle: its listening socket, and its front-ends with their connections.
 *
 * @param socket path of the listening socket, or null when there is none
 * @param listener the listening socket, or null
 * @param begun number of sessions there have been
 * @param sessions those that go on
 * @param pause since when their rings have stood still, or null
 */
record Heritage(Path socket, Descriptor listener, int begun, List<Session> sessions, PauseLog.Begun pause)
        implements AutoCloseable {
    private static final String SOCKET = "socket";
    private static final String LISTENER = "listener";
    private static final String BEGUN = "begun";
    private static final String SESSIONS = "sessions";
    private static final String PAUSE = "pause";
    private static final String MILLIS = "millis";
    private static final String NANOS = "nanos";
    private static final String RINGS = "rings";
    private static final String CAUSE = "cause";
    private static final String ID = "id";
    private static final String CONNECTION = "connection";
    private static final String MESSAGES = "messages";
    private static final String REQUEST = "request";
    private static final String PAYLOAD = "payload";
    private static final String FILES = "files";

    /**
     * A session that goes on.
     *
     * @param id counts the controller's sessions
     * @param connection with the front-end
     * @param transcript what brings a new session to its state
     */
    record Session(int id, Descriptor connection, Transcript transcript) implements AutoCloseable {
        @Override
        public void close() {
            connection.close();
            transcript.close();
        }
    }

    /** In the form in which it can be kept; its descriptors are the keeper's from now on. */
    Kept keep() {
        List<Integer> descriptors = new ArrayList<>();
        List<Map<String, Object>> all = new ArrayList<>();
        for (Session session : sessions) {
            all.add(Map.of(
                    ID,
                    session.id(),
                    CONNECTION,
                    put(session.connection(), descriptors),
                    MESSAGES,
                    keep(session.transcript(), descriptors)));
        }
        Map<String, Object> facts = new HashMap<>(Map.of(BEGUN, begun, SESSIONS, all));
        if (listener != null) {
            facts.put(SOCKET, socket.toString());
            facts.put(LISTENER, put(listener, descriptors));
        }
        if (pause != null) {
            facts.put(
                    PAUSE,
                    Map.of(MILLIS, pause.millis(), NANOS, pause.nanos(), RINGS, pause.rings(), CAUSE, pause.cause()));
        }
        return new Kept(facts, descriptors);
    }

    private static List<Map<String, Object>> keep(Transcript transcript, List<Integer> descriptors) {
        List<Map<String, Object>> messages = new ArrayList<>();
        for (Transcript.Entry entry = transcript.take(); entry != null; entry = transcript.take()) {
            messages.add(keep(entry, descriptors));
        }
        return messages;
    }

    private static Map<String, Object> keep(Transcript.Entry entry, List<Integer> descriptors) {
        List<Integer> files =
                entry.files().stream().map(file -> put(file, descriptors)).toList();
        return Map.of(REQUEST, entry.request(), PAYLOAD, entry.payload(), FILES, files);
    }

    private static int put(Descriptor descriptor, List<Integer> descriptors) {
        descriptors.add(descriptor.release());
        return descriptors.size() - 1;
    }

    /**
     * Reads what was kept; its descriptors belong to the heritage from now on.
     *
     * @throws RuntimeException if it was not made by a version that this one understands
     */
    static Heritage of(Kept kept) {
        List<Descriptor> descriptors =
                kept.descriptors().stream().map(Descriptor::adopt).toList();
        try {
            Map<String, Object> facts = kept.facts();
            List<Session> sessions = new ArrayList<>();
            for (Map<String, Object> session : maps(facts.get(SESSIONS))) {
                sessions.add(session(session, descriptors));
            }
            Object socket = facts.get(SOCKET);
            return new Heritage(
                    socket == null ? null : Path.of((String) socket),
                    socket == null ? null : descriptors.get((Integer) facts.get(LISTENER)),
                    (Integer) facts.get(BEGUN),
                    List.copyOf(sessions),
                    pause((Map<?, ?>) facts.get(PAUSE)));
        } catch (RuntimeException e) {
            descriptors.forEach(Descriptor::close);
            throw e;
        }
    }

    private static PauseLog.Begun pause(Map<?, ?> facts) {
        return facts == null
                ? null
                : new PauseLog.Begun(
                        (Long) facts.get(MILLIS), (Long) facts.get(NANOS), (Integer) facts.get(RINGS), (String)
                                facts.get(CAUSE));
    }

    private static Session session(Map<String, Object> facts, List<Descriptor> descriptors) {
        Transcript transcript = new Transcript();
        for (Map<String, Object> message : maps(facts.get(MESSAGES))) {
            List<Descriptor> files = ((List<?>) message.get(FILES))
                    .stream().map(index -> descriptors.get((Integer) index)).toList();
            transcript.add(new Transcript.Entry((Integer) message.get(REQUEST), (byte[]) message.get(PAYLOAD), files));
        }
        return new Session((Integer) facts.get(ID), descriptors.get((Integer) facts.get(CONNECTION)), transcript);
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> maps(Object list) {
        return (List<Map<String, Object>>) list;
    }

    /** Ends all that is left: front-ends lose their connections. */
    @Override
    public void close() {
        if (listener != null) {
            listener.close();
        }
        sessions.forEach(Session::close);
    }
}
