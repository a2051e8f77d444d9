// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import io.hotbay.bdev.ByteSize;
import io.hotbay.linux.Users;
import io.hotbay.vhostuser.internal.session.FrontEndProcess;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who may have a session with a controller, how many at a time, and what each may use; checked.
 *
 * @param mode {@code session_mode}
 * @param maxSessions most sessions at a time if they are shared: {@code max_sessions}
 * @param uids users that may connect, all if empty: {@code allowed_uids}
 * @param gids groups that may connect, all if empty: {@code allowed_gids}
 * @param maxGuestMemory most bytes of memory of one session: {@code max_guest_memory}
 */
record SessionPolicy(SessionMode mode, int maxSessions, Set<Integer> uids, Set<Integer> gids, long maxGuestMemory) {
    static final String MODE = "session_mode";
    static final String MAX_SESSIONS = "max_sessions";
    static final String ALLOWED_UIDS = "allowed_uids";
    static final String ALLOWED_GIDS = "allowed_gids";
    static final String MAX_GUEST_MEMORY = "max_guest_memory";

    static final String DEFAULT_MODE = "exclusive";
    static final int DEFAULT_MAX_SESSIONS = 8;
    static final int LARGEST_MAX_SESSIONS = 256;

    SessionPolicy {
        uids = Set.copyOf(uids);
        gids = Set.copyOf(gids);
    }

    /** Looks up the number of a user or a group. */
    private interface Lookup {
        int number(String nameOrNumber) throws IOException;
    }

    /**
     * Reads the options of a controller, which may be typed or text.
     *
     * @throws IOException if there is no such user or group
     * @throws IllegalArgumentException if a value is not allowed
     */
    static SessionPolicy of(String controller, Map<String, Object> options) throws IOException {
        String prefix = "controller " + controller + ": ";
        return new SessionPolicy(
                mode(prefix, text(options.get(MODE))),
                maxSessions(prefix, text(options.get(MAX_SESSIONS))),
                numbers(prefix, options, ALLOWED_UIDS, Users::uid),
                numbers(prefix, options, ALLOWED_GIDS, Users::gid),
                maxGuestMemory(prefix, text(options.get(MAX_GUEST_MEMORY))));
    }

    private static String text(Object value) {
        return value == null ? "" : value.toString().strip();
    }

    private static SessionMode mode(String prefix, String text) {
        return SessionMode.of(text.isEmpty() ? DEFAULT_MODE : text)
                .orElseThrow(() -> new IllegalArgumentException(
                        prefix + MODE + " \"" + text + "\" is unknown: use one of " + SessionMode.labels()));
    }

    private static int maxSessions(String prefix, String text) {
        try {
            int number = text.isEmpty() ? DEFAULT_MAX_SESSIONS : Integer.parseInt(text);
            if (number >= 1 && number <= LARGEST_MAX_SESSIONS) {
                return number;
            }
        } catch (NumberFormatException e) {
            // the same answer as for a number out of range
        }
        throw new IllegalArgumentException(prefix + MAX_SESSIONS + " is \"" + text
                + "\": must be a whole number from 1 to " + LARGEST_MAX_SESSIONS);
    }

    private static Set<Integer> numbers(String prefix, Map<String, Object> options, String key, Lookup lookup)
            throws IOException {
        Set<Integer> numbers = new HashSet<>();
        for (String element : elements(options.get(key))) {
            try {
                numbers.add(lookup.number(element));
            } catch (IOException e) {
                throw new IOException(prefix + key + ": " + e.getMessage(), e);
            }
        }
        return numbers;
    }

    /** The values in an array, a collection, or a text with commas. */
    private static List<String> elements(Object value) {
        if (value == null) {
            return List.of();
        }
        Collection<?> parts = value instanceof Object[] array
                ? Arrays.asList(array)
                : value instanceof Collection<?> collection ? collection : List.of(value);
        return parts.stream()
                .flatMap(part -> Arrays.stream(part.toString().split(",")))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }

    private static long maxGuestMemory(String prefix, String text) {
        if (text.isEmpty()) {
            return Long.MAX_VALUE;
        }
        long bytes;
        try {
            bytes = ByteSize.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(prefix + MAX_GUEST_MEMORY + ": " + e.getMessage(), e);
        }
        if (bytes == 0) {
            throw new IllegalArgumentException(
                    prefix + MAX_GUEST_MEMORY + " is 0, so nobody could connect: leave it empty for no limit");
        }
        return bytes;
    }

    /** Whether another session may begin beside a number of them. */
    boolean hasRoomBeside(int sessions) {
        return sessions < (mode == SessionMode.SHARED ? maxSessions : 1);
    }

    /** Whether a connection may be accepted now; in a takeover that is what makes room. */
    boolean acceptsBeside(int sessions) {
        return mode == SessionMode.TAKEOVER || hasRoomBeside(sessions);
    }

    /** Why a front-end may not have a session, or "" if it may. */
    String refusal(FrontEndProcess peer) {
        if (!uids.isEmpty() && !uids.contains(peer.uid())) {
            return "its user is not among " + ALLOWED_UIDS;
        }
        if (!gids.isEmpty() && !gids.contains(peer.gid())) {
            return "its group is not among " + ALLOWED_GIDS;
        }
        return "";
    }
}
