// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.wire;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.UnixConnection;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A message from the front-end, read into buffers that are used over and over. The descriptors that came with it belong to it
 * until they are taken; {@link #close()} closes the rest.
 */
public final class Message implements AutoCloseable {
    /** Longest payload that is read, in bytes: more than any message needs. */
    public static final int LARGEST_PAYLOAD = 8192;

    private final ByteBuffer header =
            ByteBuffer.allocateDirect(MessageHeader.SIZE).order(ByteOrder.nativeOrder());
    private final ByteBuffer payload =
            ByteBuffer.allocateDirect(LARGEST_PAYLOAD).order(ByteOrder.nativeOrder());
    private final List<Descriptor> descriptors = new ArrayList<>();

    /**
     * Waits for the next message. Exactly a header is read first, because descriptors ride on its first byte: reading on
     * would take those of the message behind it.
     *
     * @return false when the front-end has closed the connection
     * @throws IOException if the connection breaks, or the payload is longer than {@link #LARGEST_PAYLOAD}
     */
    public boolean receive(UnixConnection connection) throws IOException {
        header.clear();
        payload.clear().limit(0);
        if (!connection.receiveFully(header, descriptors)) {
            return false;
        }
        int size = header.getInt(MessageHeader.PAYLOAD_SIZE);
        if (size < 0 || size > LARGEST_PAYLOAD) {
            throw new IOException("message " + request() + " says its payload has " + Integer.toUnsignedString(size)
                    + " bytes, at most " + LARGEST_PAYLOAD + " are taken");
        }
        payload.limit(size);
        if (size > 0 && !connection.receiveFully(payload, descriptors)) {
            throw new EOFException("end of stream before the payload");
        }
        payload.rewind();
        return true;
    }

    /** Takes the form of a recorded message that nobody waits for; its descriptors belong to this message from now on. */
    public void load(Transcript.Entry entry) {
        header.putInt(MessageHeader.REQUEST, entry.request())
                .putInt(MessageHeader.FLAGS, MessageHeader.VERSION)
                .putInt(MessageHeader.PAYLOAD_SIZE, entry.payload().length);
        payload.clear().limit(entry.payload().length);
        payload.put(0, entry.payload());
        descriptors.addAll(entry.files());
    }

    /** Its number. */
    public int request() {
        return header.getInt(MessageHeader.REQUEST);
    }

    /** Whether it is of the version of the protocol that there is. */
    public boolean hasKnownVersion() {
        return (header.getInt(MessageHeader.FLAGS) & MessageHeader.VERSION_MASK) == MessageHeader.VERSION;
    }

    /** Whether the front-end waits for an answer. Obeyed whatever has been negotiated: whoever sets it waits. */
    public boolean needsReply() {
        return (header.getInt(MessageHeader.FLAGS) & MessageHeader.NEED_REPLY) != 0;
    }

    /** The payload, from 0 to its limit; only its absolute methods may be used. */
    public ByteBuffer payload() {
        return payload;
    }

    /** The payload as a 64-bit integer. */
    public long u64() {
        return payload.getLong(0);
    }

    /** Number of descriptors that have not been taken. */
    public int descriptors() {
        return descriptors.size();
    }

    /** Takes the next descriptor: the caller owns it from now on. Null when there is none. */
    public Descriptor takeDescriptor() {
        return descriptors.isEmpty() ? null : descriptors.remove(0);
    }

    /** Takes all descriptors. */
    public List<Descriptor> takeDescriptors() {
        List<Descriptor> taken = List.copyOf(descriptors);
        descriptors.clear();
        return taken;
    }

    /** Closes the descriptors that nobody has taken. */
    @Override
    public void close() {
        descriptors.forEach(Descriptor::close);
        descriptors.clear();
    }
}
