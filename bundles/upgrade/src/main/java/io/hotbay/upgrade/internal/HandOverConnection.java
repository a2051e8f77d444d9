// SPDX-License-Identifier: Apache-2.0
package io.hotbay.upgrade.internal;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.UnixConnection;
import io.hotbay.linux.Users;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a process and its successor say to each other, over a unix socket. Both directions carry frames, numbers big-endian;
 * descriptors ride on the first byte:
 *
 * <pre>
 *   +------+--------+---------+
 *   | type | length | payload |
 *   |  u8  |  u32   |         |
 *   +------+--------+---------+
 *   from the successor: P version (u32)  it is prepared and still touches nothing
 *                       G                it has got everything and still touches nothing
 *                       R report         it serves
 *                       X reason         it cannot
 *   to the successor:   D                descriptors, at most 64 a frame
 *                       B bytes          a piece of the estate's bytes
 *                       E                that was all of the estate
 *                       Y report         it is yours: whoever sends it touches nothing any more, and served this
 * </pre>
 */
final class HandOverConnection implements AutoCloseable {
    static final char PREPARED = 'P';
    static final char GOT = 'G';
    static final char RESUMED = 'R';
    static final char REFUSED = 'X';
    static final char DESCRIPTORS = 'D';
    static final char BYTES = 'B';
    static final char END = 'E';
    static final char YOURS = 'Y';

    private static final int HEADER = 5;
    private static final int BATCH = 64;
    private static final int PIECE = 64 * 1024;

    private final UnixConnection peer;

    /** @throws IOException if the process at the other end is not of this user */
    HandOverConnection(UnixConnection peer) throws IOException {
        this.peer = peer;
        int uid = peer.peer().uid();
        if (uid != Users.effectiveUid()) {
            peer.close();
            throw new IOException("the process at the other end is of user " + uid);
        }
    }

    /** A frame; its descriptors belong to the receiver. */
    record Frame(char type, byte[] payload, List<Descriptor> descriptors) {
        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }
    }

    void send(char type, byte[] payload, List<Descriptor> attached) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(HEADER + payload.length);
        frame.put((byte) type).putInt(payload.length).put(payload).flip();
        peer.send(frame, attached);
    }

    void send(char type) throws IOException {
        send(type, new byte[0], List.of());
    }

    void send(char type, String text) throws IOException {
        send(type, text.getBytes(StandardCharsets.UTF_8), List.of());
    }

    /** @throws EOFException if the other end has closed the connection, or its process has ended */
    Frame receive() throws IOException {
        List<Descriptor> received = new ArrayList<>();
        try {
            ByteBuffer header = ByteBuffer.allocate(HEADER);
            if (!peer.receiveFully(header, received)) {
                throw new EOFException("the connection was closed");
            }
            header.flip();
            char type = (char) header.get();
            int length = header.getInt();
            if (length < 0 || length > PIECE) {
                throw new IOException("a frame of " + Integer.toUnsignedString(length) + " bytes is too long");
            }
            ByteBuffer payload = ByteBuffer.allocate(length);
            if (length > 0 && !peer.receiveFully(payload, received)) {
                throw new EOFException("the connection was closed in the middle of a frame");
            }
            return new Frame(type, payload.array(), received);
        } catch (IOException | RuntimeException e) {
            received.forEach(Descriptor::close);
            throw e;
        }
    }

    /** Sends all of an estate; nothing of it is closed here. */
    void send(Estate estate) throws IOException {
        List<Descriptor> all = estate.descriptors();
        for (int from = 0; from < all.size(); from += BATCH) {
            send(DESCRIPTORS, new byte[0], all.subList(from, Math.min(all.size(), from + BATCH)));
        }
        byte[] bytes = estate.bytes();
        for (int from = 0; from < bytes.length; from += PIECE) {
            send(BYTES, Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + PIECE)), List.of());
        }
        send(END);
    }

    /** Receives all of an estate. */
    Estate receiveEstate() throws IOException {
        List<Descriptor> all = new ArrayList<>();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            for (Frame frame = receive(); frame.type() != END; frame = receive()) {
                all.addAll(frame.descriptors());
                bytes.write(frame.payload());
                if (bytes.size() > Estate.LARGEST || frame.type() != BYTES && frame.type() != DESCRIPTORS) {
                    throw new IOException("a frame of type " + (int) frame.type() + " came after " + bytes.size()
                            + " bytes of an estate");
                }
            }
        } catch (IOException | RuntimeException e) {
            all.forEach(Descriptor::close);
            throw e;
        }
        return Estate.of(bytes.toByteArray(), all);
    }

    /** Wakes whoever receives. */
    void shutdown() {
        peer.shutdown();
    }

    @Override
    public void close() {
        peer.close();
    }
}
