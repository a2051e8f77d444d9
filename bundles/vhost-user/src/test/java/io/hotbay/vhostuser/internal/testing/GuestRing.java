// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.testing;

import static io.hotbay.vhostuser.internal.testing.Eventually.eventually;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.longs;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.words;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.EventFd;
import io.hotbay.linux.LinuxException;
import io.hotbay.vhostuser.internal.wire.MessageType;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The driver's side of a split ring in a {@link GuestMemoryFile}: puts heads in, waits for them to come back. */
public final class GuestRing implements AutoCloseable {
    /** Descriptors of each ring. */
    public static final int SIZE = 16;

    private static final int BYTES = 0x1000;
    private static final int USED = 0x400;
    private static final int AVAILABLE = 0x800;

    private final int index;
    private final GuestMemoryFile memory;
    private final ByteBuffer bytes;
    private final EventFd kick = EventFd.create();
    private final EventFd call = EventFd.create();
    private final EventFd error = EventFd.create();
    private int available;

    /** Puts ring {@code index} at page {@code index} of the memory. */
    public GuestRing(int index, GuestMemoryFile memory) throws LinuxException {
        this.index = index;
        this.memory = memory;
        this.bytes = memory.mapping().window((long) index * BYTES, BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** SET_VRING_NUM. */
    public ByteBuffer num() {
        return words(index, SIZE);
    }

    /** SET_VRING_ADDR. */
    public ByteBuffer address(int flags) {
        return address(flags, 0);
    }

    /** The same with the address under which the used ring is logged. */
    public ByteBuffer address(int flags, long log) {
        long base = memory.userAddress() + (long) index * BYTES;
        return longs((long) flags << 32 | index, base, base + USED, base + AVAILABLE, log);
    }

    /** A vring state. */
    public ByteBuffer state(int num) {
        return words(index, num);
    }

    /** SET_VRING_KICK, _CALL or _ERR with a descriptor. */
    public ByteBuffer withDescriptor() {
        return longs(index);
    }

    /** The same without one. */
    public ByteBuffer withoutDescriptor() {
        return longs(index | 0x100);
    }

    /** The descriptor for SET_VRING_KICK; it belongs to this ring. */
    public Descriptor kick() {
        return Descriptor.adopt(kick.number());
    }

    /** The descriptor for SET_VRING_CALL. */
    public Descriptor call() {
        return Descriptor.adopt(call.number());
    }

    /** The descriptor for SET_VRING_ERR. */
    public Descriptor error() {
        return Descriptor.adopt(error.number());
    }

    /** Sends all of a ring's settings, in QEMU's order. */
    public void start(FrontEnd frontEnd, int base) throws IOException {
        frontEnd.tell(MessageType.SET_VRING_NUM, num());
        frontEnd.tell(MessageType.SET_VRING_BASE, state(base));
        frontEnd.tell(MessageType.SET_VRING_ADDR, address(0));
        frontEnd.tell(MessageType.SET_VRING_CALL, withDescriptor(), call());
        frontEnd.tell(MessageType.SET_VRING_KICK, withDescriptor(), kick());
        frontEnd.tell(MessageType.SET_VRING_ENABLE, state(1));
    }

    /** Makes requests available. */
    public void submit(int count) {
        for (int i = 0; i < count; i++) {
            int slot = available % SIZE;
            bytes.putShort(AVAILABLE + 4 + 2 * slot, (short) slot);
            available = available + 1 & 0xffff;
        }
        publish(available);
    }

    /** Sets the available index, to whatever value. */
    public void publish(int availableIndex) {
        VarHandle.releaseFence();
        bytes.putShort(AVAILABLE + 2, (short) availableIndex);
        kick.signal();
    }

    /** Lets driver and device go on from a position, as after a reconnect. */
    public void continueAt(int position) {
        available = position;
        bytes.putShort(AVAILABLE + 2, (short) position);
        bytes.putShort(USED + 2, (short) position);
    }

    /** The used index: requests that came back. */
    public int used() {
        return bytes.getShort(USED + 2) & 0xffff;
    }

    /** Waits until the used index is a value. */
    public void awaitUsed(int index) {
        eventually("used index " + index + " of ring " + this.index + ", it is " + used(), () -> used() == index);
    }

    /** Waits for an interrupt. */
    public void awaitInterrupt() {
        eventually("interrupt of ring " + index, () -> call.drain() > 0);
    }

    /** Interrupts since the last question. */
    public long interrupts() {
        return call.drain();
    }

    /** Waits until the ring is said to be broken. */
    public void awaitError() {
        eventually("error of ring " + index, () -> error.drain() > 0);
    }

    @Override
    public void close() {
        kick.close();
        call.close();
        error.close();
    }
}
