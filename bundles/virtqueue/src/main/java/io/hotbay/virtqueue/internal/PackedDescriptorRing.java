// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.memory.GuestMemory;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;

/**
 * The descriptor ring of a packed virtqueue, written by both sides: struct pvirtq_desc, virtio 1.x section 2.8.13.
 *
 * <pre>
 *    0        4        8        12       14       16
 *   +--------+--------+--------+--------+--------+
 *   |     address     | length |   id   | flags  |
 *   +--------+--------+--------+--------+--------+
 *                     |&lt;--------- rest ---------&gt;|
 * </pre>
 *
 * The last three fields are read at once: flags that say "available" and what they speak of are of the same moment then. Taking
 * the id and the flags out of a long by shifts also keeps them in their ranges when a load has faulted and left anything behind.
 * What is written is plain stores between fences, see {@link UsedRing}. A slot is found by a position of our own, never by a figure
 * from the guest.
 */
final class PackedDescriptorRing {
    private static final int ID_SHIFT = 32;
    private static final int FLAGS_SHIFT = 48;
    private static final int ID_MASK = 0xffff;
    private static final int ID_OFFSET = 12;
    private static final int FLAGS_OFFSET = 14;

    /** The chain goes on in the next slot; as {@link Descriptor#has} looks for it, which expects flags 16 bits lower. */
    static final int NEXT = Descriptor.NEXT << 16;
    /** The buffer is for the device to write. */
    static final int WRITE = Descriptor.WRITE << 16;
    /** The buffer holds a table of descriptors. */
    static final int INDIRECT = Descriptor.INDIRECT << 16;

    private static final int AVAILABLE_BIT = 7;
    private static final int USED_BIT = 15;
    private static final int LAP_FLAGS = 1 << AVAILABLE_BIT | 1 << USED_BIT;
    private static final int WRITTEN = Descriptor.WRITE;

    /** For what is read, and written whole. */
    private final LongBuffer longs;
    /** For what is written in parts. */
    private final ByteBuffer buffer;

    private final int offset;
    private final long guestAddress;
    private final int size;
    private final Laps laps;

    PackedDescriptorRing(GuestMemory memory, long userAddress, int size, Laps laps) {
        RingArea area =
                RingArea.of(memory, "descriptor ring", userAddress, Descriptor.SIZE * size, Descriptor.ALIGNMENT);
        longs = area.longs();
        buffer = area.buffer();
        offset = area.offset();
        guestAddress = area.guestAddress();
        this.size = size;
        this.laps = laps;
    }

    static int id(long rest) {
        return (int) (rest >>> ID_SHIFT) & ID_MASK;
    }

    private static int flags(long rest) {
        return (int) (rest >>> FLAGS_SHIFT);
    }

    /** The lap flags of a chain that the driver has made available. */
    private static int availableFlags(int wrap) {
        return wrap == 0 ? 1 << USED_BIT : 1 << AVAILABLE_BIT;
    }

    /** The lap flags of one that the device has used. */
    private static int usedFlags(int wrap) {
        return wrap == 0 ? 0 : LAP_FLAGS;
    }

    /** The first byte of a slot in {@link #buffer}. */
    private int at(int position) {
        return offset + Descriptor.SIZE * laps.slot(position);
    }

    /** The first long of a slot in {@link #longs}. */
    private int first(int position) {
        return Descriptor.LONGS * laps.slot(position);
    }

    /** Guest physical address of a slot. */
    long guestAddress(int position) {
        return guestAddress + (long) Descriptor.SIZE * laps.slot(position);
    }

    // ---- the driver's side

    /** Whether the driver has made the slot of a position available and the device has not used it. */
    boolean isAvailable(int position) {
        return isAvailable(Descriptor.rest(longs, first(position)), position);
    }

    private boolean isAvailable(long rest, int position) {
        return (flags(rest) & LAP_FLAGS) == availableFlags(laps.wrap(position));
    }

    /**
     * Reads the chain that begins at a position.
     *
     * @param limit how many slots it may have
     * @return whether there is one
     * @throws RingFault if it is longer
     */
    boolean read(int position, PackedChain chain, int limit) {
        int first = first(position);
        long rest = Descriptor.rest(longs, first);
        if (!isAvailable(rest, position)) {
            return false;
        }
        // Behind the look at the flags: the address, the other descriptors and the buffers are at least as new.
        VarHandle.acquireFence();
        chain.clear();
        checkLimit(chain, limit);
        chain.add(Descriptor.address(longs, first), rest);
        int next = position;
        while (Descriptor.has(rest, NEXT)) {
            checkLimit(chain, limit);
            next = laps.advance(next, 1);
            first = first(next);
            rest = Descriptor.rest(longs, first);
            chain.add(Descriptor.address(longs, first), rest);
        }
        return true;
    }

    private void checkLimit(PackedChain chain, int limit) {
        if (chain.slots() == limit) {
            throw new RingFault(
                    "more descriptors were made available than the ring of " + size + " has free: " + limit);
        }
    }

    // ---- the device's side

    /** Writes a used descriptor whole. The driver does not come to it before the first one of its batch is published. */
    void use(int position, int id, int length) {
        long flags = publishedFlags(position, length);
        longs.put(first(position) + 1, length & 0xffff_ffffL | (long) id << ID_SHIFT | flags << FLAGS_SHIFT);
    }

    /** Writes the first used descriptor of a batch except for its flags. */
    void useFirst(int position, int id, int length) {
        int at = at(position);
        buffer.putInt(at + Descriptor.LENGTH_OFFSET, length);
        buffer.putShort(at + ID_OFFSET, (short) id);
    }

    /** Shows a batch to the driver by the flags of its first used descriptor. */
    void publish(int position, int length) {
        VarHandle.releaseFence();
        buffer.putShort(at(position) + FLAGS_OFFSET, (short) publishedFlags(position, length));
    }

    private int publishedFlags(int position, int length) {
        return usedFlags(laps.wrap(position)) | (length == 0 ? 0 : WRITTEN);
    }

    // ---- what is looked at before the ring is used

    /**
     * Whether nobody has marked a descriptor as used since the ring was cleared. Unlike {@link #isNew} it does not mind a descriptor that
     * the driver is just writing.
     */
    boolean isInFirstLap() {
        for (int slot = 0; slot < size; slot++) {
            if ((flags(Descriptor.rest(longs, first(slot))) & 1 << USED_BIT) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether the driver has written the slot in the lap of a position, used or not. */
    boolean isOfLap(int position) {
        int available = flags(Descriptor.rest(longs, first(position))) >>> AVAILABLE_BIT & 1;
        return available == laps.wrap(position);
    }

    /**
     * Takes back what a process has written to a slot and not published: behind the next batch the driver would take it for an
     * answer.
     *
     * @return whether there was something
     */
    boolean takeBack(int position) {
        int at = at(position);
        int flags = flags(Descriptor.rest(longs, first(position)));
        if ((flags & LAP_FLAGS) != usedFlags(laps.wrap(position))) {
            return false;
        }
        buffer.putShort(at + FLAGS_OFFSET, (short) (flags & ~LAP_FLAGS | availableFlags(laps.wrap(position))));
        return true;
    }

    /** Whether no device has worked on the ring since it was cleared: the driver may be in its first lap. */
    boolean isNew() {
        for (int slot = 0; slot < size; slot++) {
            long rest = Descriptor.rest(longs, first(slot));
            boolean clear = rest == 0 && Descriptor.address(longs, first(slot)) == 0;
            if (!clear && (flags(rest) & LAP_FLAGS) != availableFlags(1)) {
                return false;
            }
        }
        return true;
    }
}
