// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import io.hotbay.linux.EventFd;
import java.io.IOException;

/** A queue of a session: its ring, its notifications, its driver, and the messages that are about it. */
public final class FrontendQueue implements AutoCloseable {
    private final int index;
    private final FrontendMemory memory;
    private final EventFd kick;
    private final EventFd call;
    private final EventFd error;
    private final DriverRing ring;
    private final BlockQueue blocks;
    private BlockDriver driver;
    private int base;

    /**
     * Makes a queue with an empty ring.
     *
     * @param layout where the ring lies, and of which kind it is
     * @param features the negotiated {@link DeviceFeatures}
     */
    public FrontendQueue(int index, FrontendMemory memory, RingLayout layout, long features) throws IOException {
        this.index = index;
        this.memory = memory;
        kick = EventFd.create();
        call = EventFd.create();
        error = EventFd.create();
        ring = ring(memory, layout, (features & DeviceFeatures.EVENT_IDX) != 0, kick);
        base = ring.firstPosition();
        blocks = new BlockQueue(memory, ring, call, (features & DeviceFeatures.INDIRECT_DESC) != 0);
    }

    private static DriverRing ring(FrontendMemory memory, RingLayout layout, boolean eventIndex, EventFd kick) {
        if (layout instanceof PackedRingLayout packed) {
            return new PackedDriverRing(memory, packed, eventIndex, kick);
        }
        return new SplitDriverRing(new SplitRingDriver(memory, (SplitRingLayout) layout, eventIndex, kick));
    }

    /** Number of the queue, from 0. */
    public int index() {
        return index;
    }

    /** The ring. */
    public DriverRing ring() {
        return ring;
    }

    /**
     * The ring as a split one, for tests that damage it and loads that write its descriptors themselves.
     *
     * @throws IllegalStateException if it is packed
     */
    public SplitRingDriver splitRing() {
        if (ring instanceof SplitDriverRing split) {
            return split.driver();
        }
        throw new IllegalStateException("the ring is packed; connect without RING_PACKED");
    }

    /**
     * The ring as a packed one.
     *
     * @throws IllegalStateException if it is split
     */
    public PackedDriverRing packedRing() {
        if (ring instanceof PackedDriverRing packed) {
            return packed;
        }
        throw new IllegalStateException("the ring is split; connect with RING_PACKED");
    }

    /** Requests in flight. */
    public BlockQueue blocks() {
        return blocks;
    }

    /** One request after the other; made on first use, as it takes memory. */
    public BlockDriver driver() {
        if (driver == null) {
            driver = new BlockDriver(memory, blocks);
        }
        return driver;
    }

    /** What the driver signals. */
    public EventFd kickEvent() {
        return kick;
    }

    /** What the device signals. */
    public EventFd callEvent() {
        return call;
    }

    /** What the device signals when the ring is broken. */
    public EventFd errorEvent() {
        return error;
    }

    /** Where the device stood when {@link #stop} was called last. */
    public int base() {
        return base;
    }

    /** Makes the ring empty and its base 0, as a guest's driver does after a reset. */
    public void reset() {
        ring.reset();
        base = ring.firstPosition();
    }

    // ---- messages

    /** SET_VRING_NUM. */
    public void setNum(FrontendConnection connection) throws IOException {
        connection.setVringNum(index, ring.size());
    }

    /** SET_VRING_BASE with the base that {@link #stop} brought, or that of a ring that nobody has worked on. */
    public void setBase(FrontendConnection connection) throws IOException {
        setBase(connection, base);
    }

    /** SET_VRING_BASE with a base that the front-end makes up. */
    public void setBase(FrontendConnection connection, int position) throws IOException {
        connection.setVringBase(index, position);
    }

    /**
     * Takes the used index in memory for the base, as QEMU does when the back-end is gone and cannot be asked. A packed ring has
     * none there: its base stays what it was.
     */
    public void guessBase() {
        Integer inMemory = ring.positionInMemory();
        if (inMemory != null) {
            base = inMemory;
        }
    }

    /** SET_VRING_BASE with the available index, as front-ends made from rust-vmm send it. */
    public void setBaseToAvailableIndex(FrontendConnection connection) throws IOException {
        connection.setVringBase(index, ring.position());
    }

    /** SET_VRING_ADDR; the log address as QEMU sends it also when nothing is logged, or 0. */
    public void setAddresses(FrontendConnection connection, boolean withLog) throws IOException {
        setAddresses(connection, 0, withLog);
    }

    /** SET_VRING_ADDR while the ring runs, with or without the demand to log writes to it. */
    public void setLogging(FrontendConnection connection, boolean log) throws IOException {
        setAddresses(connection, log ? FrontendConnection.LOG_RING : 0, true);
    }

    private void setAddresses(FrontendConnection connection, int flags, boolean withLog) throws IOException {
        RingLayout layout = ring.layout();
        connection.setVringAddr(
                index,
                flags,
                memory.userAddress(layout.descriptors()),
                memory.userAddress(layout.used()),
                memory.userAddress(layout.available()),
                withLog ? layout.returned() : 0);
    }

    /** SET_VRING_KICK. */
    public void setKick(FrontendConnection connection) throws IOException {
        connection.setVringKick(index, kick);
    }

    /** SET_VRING_CALL. */
    public void setCall(FrontendConnection connection) throws IOException {
        connection.setVringCall(index, call);
    }

    /** SET_VRING_ERR. */
    public void setError(FrontendConnection connection) throws IOException {
        connection.setVringErr(index, error);
    }

    /** SET_VRING_ENABLE. */
    public void enable(FrontendConnection connection, boolean enable) throws IOException {
        connection.setVringEnable(index, enable ? 1 : 0);
    }

    /** SET_VRING_ENABLE with the size of the ring where 1 belongs. */
    public void enableWithSize(FrontendConnection connection) throws IOException {
        connection.setVringEnable(index, ring.size());
    }

    /** GET_VRING_BASE: stops the ring and keeps its base for the next start. */
    public void stop(FrontendConnection connection) throws IOException {
        base = connection.getVringBase(index);
    }

    @Override
    public void close() {
        blocks.close();
        kick.close();
        call.close();
        error.close();
    }
}
