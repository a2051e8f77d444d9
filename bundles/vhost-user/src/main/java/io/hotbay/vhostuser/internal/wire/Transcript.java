// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.wire;

import io.hotbay.linux.Descriptor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Messages that bring a new session to the state that another has reached: what one transport leaves to the next. They are ordinary
 * messages of the protocol, so neither needs to know anything of the other's code. Its descriptors are its own until
 * they are taken.
 */
public final class Transcript implements AutoCloseable {
    private static final int INDEX_AND_NO_DESCRIPTOR = 0x100;

    private final Deque<Entry> entries = new ArrayDeque<>();

    /**
     * A message.
     *
     * @param request its number
     * @param payload its payload, in the machine's byte order
     * @param files what comes with it
     */
    public record Entry(int request, byte[] payload, List<Descriptor> files) {}

    /** Takes the next message, with its descriptors; null when there are no more. */
    public Entry take() {
        return entries.poll();
    }

    /** Adds a message that somebody else has recorded. */
    public void add(Entry entry) {
        entries.add(entry);
    }

    /**
     * Adds a message.
     *
     * @param size bytes of the payload
     * @param files belong to the transcript from now on
     */
    public void add(MessageType type, int size, Consumer<ByteBuffer> payload, Descriptor... files) {
        byte[] bytes = new byte[size];
        payload.accept(ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()));
        entries.add(new Entry(type.id(), bytes, List.of(files)));
    }

    /** Adds a message whose payload is a 64-bit integer. */
    public void u64(MessageType type, long value) {
        add(type, Long.BYTES, payload -> payload.putLong(0, value));
    }

    /** Adds a message about a ring. */
    public void state(MessageType type, int ring, int value) {
        add(type, VringState.SIZE, payload -> VringState.put(payload, ring, value));
    }

    /** Adds a message about an event descriptor of a ring: with null, that there is none. */
    public void event(MessageType type, int ring, Descriptor event) {
        if (event == null) {
            u64(type, INDEX_AND_NO_DESCRIPTOR | ring);
        } else {
            add(type, Long.BYTES, payload -> payload.putLong(0, ring), event);
        }
    }

    /** Closes all descriptors that were not taken. */
    @Override
    public void close() {
        entries.forEach(
                entry -> entry.files().stream().filter(Descriptor::isOpen).forEach(Descriptor::close));
    }
}
