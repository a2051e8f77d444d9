// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import io.hotbay.linux.Epoll;
import io.hotbay.linux.EventFd;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;

/**
 * A queue of a block device, as a driver in a guest uses it: many requests in flight, completions in any order, notified
 * or polled. For one thread at a time.
 */
public final class BlockQueue implements AutoCloseable {
    /** Bytes of a request's header: type, reserved, sector. */
    public static final int HEADER = 16;
    /** What the status byte holds until the device writes it. */
    public static final int NO_STATUS = 0xff;

    /** Token of the back-end's connection among what {@link #called} watches. */
    private static final long CONNECTION = 1;

    /** Most descriptors of an indirect table: header, 62 pieces of data, status. */
    private static final int TABLE = 64;
    /** Where a fragmented header is cut. */
    private static final int HEADER_CUT = 5;

    private final DriverRing ring;
    private final EventFd call;
    private final Epoll called;
    private final boolean indirect;
    private final ByteBuffer headers;
    private final long headersAddress;
    private final ByteBuffer statuses;
    private final long statusesAddress;
    private final ByteBuffer[] tables;
    private final long tablesAddress;
    private final int[] usedLengths;
    private final DescriptorChain chain = new DescriptorChain();
    private ChainShape shape;
    private int timeoutMillis = 30_000;

    /**
     * Makes a driver of a queue; takes memory for its headers, status bytes and indirect tables.
     *
     * @param call what the device signals; owned by the caller
     * @param indirect whether INDIRECT_DESC was negotiated
     */
    public BlockQueue(FrontendMemory memory, DriverRing ring, EventFd call, boolean indirect) throws IOException {
        this.ring = ring;
        this.call = call;
        this.indirect = indirect;
        int size = ring.size();
        headersAddress = memory.allocate((long) HEADER * size, HEADER);
        headers = memory.window(headersAddress, HEADER * size);
        statusesAddress = memory.allocate(size, 1);
        statuses = memory.window(statusesAddress, size);
        usedLengths = new int[size];
        tables = new ByteBuffer[indirect ? size : 0];
        int tableBytes = TABLE * SplitRingLayout.DESCRIPTOR;
        tablesAddress = indirect ? memory.allocate((long) size * tableBytes, SplitRingLayout.DESCRIPTOR) : 0;
        for (int i = 0; i < tables.length; i++) {
            tables[i] = memory.window(tablesAddress + (long) i * tableBytes, tableBytes);
        }
        shape = indirect ? ChainShape.INDIRECT : ChainShape.DIRECT;
        called = Epoll.create();
        called.add(call.number(), Epoll.IN, 0);
    }

    /** The ring below. */
    public DriverRing ring() {
        return ring;
    }

    /** Whether INDIRECT_DESC was negotiated. */
    public boolean isIndirect() {
        return indirect;
    }

    /** Sets how requests are laid out from now on. */
    public void shape(ChainShape wanted) {
        if (wanted == ChainShape.INDIRECT && !indirect) {
            throw new IllegalStateException("INDIRECT_DESC was not negotiated");
        }
        shape = wanted;
    }

    /** Sets how long {@link #await} waits. */
    public void timeout(int millis) {
        timeoutMillis = millis;
    }

    /** Lets {@link #await} fail as soon as the back-end closes a connection, which would leave all requests unanswered. */
    public void failWhenClosed(MessageSocket connection) throws IOException {
        // Hanging up is reported whatever is asked for; messages are not this queue's business.
        called.add(connection.number(), 0, CONNECTION);
    }

    /** Forgets a connection that {@link #failWhenClosed} was told of, before it is closed on this side. */
    public void forgetConnection(MessageSocket connection) {
        called.remove(connection.number());
    }

    // ---- submitting

    /**
     * Adds a request with its data in one place; the device sees it after {@link #flush}.
     *
     * @return its tag, until {@link #reap} returns it
     */
    public int submit(int type, long sector, long dataAddress, int dataLength) {
        beginChain(type, sector);
        boolean writes = BlockRequestType.deviceWrites(type);
        if (shape == ChainShape.FRAGMENTED && dataLength > 1) {
            int cut = dataLength / 2 - dataLength / 4 + 1;
            chain.add(dataAddress, cut, writes).add(dataAddress + cut, dataLength - cut, writes);
        } else if (dataLength > 0) {
            chain.add(dataAddress, dataLength, writes);
        }
        return endChain();
    }

    /** Adds a request with its data in several places. */
    public int submit(int type, long sector, DescriptorChain data) {
        beginChain(type, sector);
        for (int i = 0; i < data.count(); i++) {
            chain.add(data.address(i), data.length(i), data.isWritable(i));
        }
        return endChain();
    }

    /** Adds a chain as it is: no header, no status byte but those it holds itself. */
    public int submitRaw(DescriptorChain whole) {
        return offer(whole);
    }

    private void beginChain(int type, long sector) {
        int id = ring.nextId();
        int at = id * HEADER;
        headers.putInt(at, type);
        headers.putInt(at + 4, 0);
        headers.putLong(at + 8, sector);
        statuses.put(id, (byte) NO_STATUS);
        chain.clear();
        if (shape == ChainShape.FRAGMENTED) {
            chain.readable(headersAddress + at, HEADER_CUT)
                    .readable(headersAddress + at + HEADER_CUT, HEADER - HEADER_CUT);
        } else {
            chain.readable(headersAddress + at, HEADER);
        }
    }

    private int endChain() {
        chain.writable(statusesAddress + ring.nextId(), 1);
        return offer(chain);
    }

    private int offer(DescriptorChain whole) {
        if (shape == ChainShape.INDIRECT && whole.count() <= TABLE) {
            int id = ring.nextId();
            long address = tablesAddress + (long) id * TABLE * SplitRingLayout.DESCRIPTOR;
            return ring.addIndirect(whole, tables[id], address);
        }
        return ring.add(whole);
    }

    /** Lets the device see what was submitted, and notifies it if it wants that. */
    public void flush() {
        ring.publish();
        if (ring.kickWanted()) {
            ring.kick();
        }
    }

    // ---- completing

    /**
     * Takes a completed request.
     *
     * @return its tag, or -1 if none is completed
     * @throws ProtocolViolationException if the device returned a chain it does not have
     */
    public int reap() throws ProtocolViolationException {
        int id = ring.take();
        if (id >= 0) {
            usedLengths[id] = ring.usedLength();
        }
        return id;
    }

    /** The status byte of a request that {@link #reap} has returned, until its tag is used again. */
    public int status(int tag) {
        return Byte.toUnsignedInt(statuses.get(tag));
    }

    /** The guest address of a request's status byte. */
    public long statusAddress(int tag) {
        return statusesAddress + tag;
    }

    /** How many bytes the device says it has written for a request that {@link #reap} has returned. */
    public int usedLength(int tag) {
        return usedLengths[tag];
    }

    /** Waits for a completed request, asleep until the device signals, and takes it; returns its tag. */
    public int await() throws IOException {
        long deadline = System.nanoTime() + timeoutMillis * 1_000_000L;
        while (true) {
            int tag = reap();
            if (tag >= 0) {
                return tag;
            }
            if (!ring.askForNotification()) {
                continue;
            }
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new SocketTimeoutException("the device completed nothing within " + timeoutMillis + " ms");
            }
            int events = called.await((int) left);
            for (int i = 0; i < events; i++) {
                if (called.token(i) == CONNECTION && !ring.hasUsed()) {
                    throw new EOFException("the back-end closed the connection while a request was in flight");
                }
            }
            call.drain();
        }
    }

    /** Whether the device completes nothing for a while. */
    public boolean staysIdle(int millis) throws IOException {
        if (!ring.askForNotification()) {
            return false;
        }
        call.drain();
        if (ring.hasUsed()) {
            return false;
        }
        called.await(millis);
        return !ring.hasUsed();
    }

    @Override
    public void close() {
        called.close();
    }
}
