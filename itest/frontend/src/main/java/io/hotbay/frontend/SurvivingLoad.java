// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * A load on one queue that goes on when its back-end has died and come back. It knows of each block of its part of the disk
 * which write was acknowledged last, and of each request when it was submitted. Wrong are: a read with other content than was
 * written last, an error, a request answered twice or never, and answers in another order than the requests', which a back-end
 * that executes at once has no reason for ({@link #inAnyOrder} allows it to others). As a guest does, it never has two requests
 * for one block in flight. For one thread at a time; what is wrong it throws as an {@link AssertionError}.
 */
public final class SurvivingLoad {
    /** Most descriptors of a request. */
    private static final int CHAIN = 3;

    private final String name;
    private final BlockQueue blocks;
    private final ByteBuffer data;
    private final long dataAddress;
    private final long firstSector;
    private final int sectorsPerBlock;
    private final int blockSize;
    private final int[] versions;
    private final boolean[] busy;
    private final int[] freeSlots;
    private int freeSlotCount;
    private final SplittableRandom random;

    // What is in flight, by tag.
    private final int[] slotOf;
    private final int[] blockOf;
    private final boolean[] writes;
    private final long[] sequences;
    private final long[] times;

    private AnswerListener listener = (submittedNanos, answeredNanos) -> {};
    private boolean ordered = true;
    private boolean contentKept = true;
    private long submitted;
    private long completed;
    private long acknowledgedWrites;
    private volatile boolean ended;

    /**
     * Makes a load that has nothing in flight yet. The content of its part of the disk is not known before it is written.
     *
     * @param firstBlock first block of its part of the disk
     * @param count blocks of its part
     * @param blockSize bytes of a block, and of each request
     * @param depth requests in flight
     */
    public SurvivingLoad(
            FrontendSession session, FrontendQueue queue, long firstBlock, int count, int blockSize, int depth) {
        name = "queue " + queue.index();
        blocks = queue.blocks();
        this.blockSize = blockSize;
        sectorsPerBlock = blockSize / BlockDriver.SECTOR;
        firstSector = firstBlock * sectorsPerBlock;
        dataAddress = session.memory().allocate((long) blockSize * depth, DirtyLog.PAGE);
        data = session.memory().window(dataAddress, blockSize * depth);
        versions = new int[count];
        busy = new boolean[count];
        freeSlots = new int[depth];
        for (int i = 0; i < depth; i++) {
            freeSlots[i] = i;
        }
        freeSlotCount = depth;
        int tags = queue.ring().size();
        slotOf = new int[tags];
        blockOf = new int[tags];
        writes = new boolean[tags];
        sequences = new long[tags];
        times = new long[tags];
        random = new SplittableRandom(0x5eed + queue.index());
    }

    /** Hears of each answer, on the thread of the load, which it must not hold up. */
    @FunctionalInterface
    public interface AnswerListener {
        /** The times are those of {@link System#nanoTime}: when the request was submitted and when its answer was seen. */
        void answered(long submittedNanos, long answeredNanos);
    }

    /** Tells someone of each answer from now on. */
    public SurvivingLoad tell(AnswerListener who) {
        listener = who;
        return this;
    }

    /** Accepts answers in any order: those of a back-end that hands requests on to the kernel. */
    public SurvivingLoad inAnyOrder() {
        ordered = false;
        return this;
    }

    /** Does not look at what reads bring: the back-end keeps nothing. */
    public SurvivingLoad withoutContent() {
        contentKept = false;
        return this;
    }

    /** Keeps requests in flight until the back-end closes the connection or {@link #end} is called. */
    public void runUntilClosed() throws IOException {
        run(Long.MAX_VALUE);
    }

    /** The same, at most for so long. */
    public void run(long nanos) throws IOException {
        long start = System.nanoTime();
        try {
            while (!ended && System.nanoTime() - start < nanos) {
                fill();
                finish(blocks.await());
                finishAll();
            }
        } catch (EOFException closed) {
            // What it has published before it died counts.
            finishAll();
        }
    }

    /** Lets {@link #runUntilClosed} return soon, or at once if it is called only now. Any thread. */
    public void end() {
        ended = true;
    }

    /** Takes {@link #end} back, for the next run. Not while one is under way: an end asked for meanwhile would be forgotten. */
    public void prepare() {
        ended = false;
    }

    /** Awaits all that is in flight. */
    public void drain() throws IOException {
        blocks.flush();
        while (inFlight() > 0) {
            finish(blocks.await());
        }
    }

    /** Reads each block that was ever written, and compares. */
    public void verifyAll() throws IOException {
        drain();
        for (int block = 0; block < versions.length; block++) {
            if (freeSlotCount == 0 || blocks.ring().free() < CHAIN) {
                blocks.flush();
                finish(blocks.await());
            }
            if (versions[block] > 0) {
                submit(block, false);
            }
        }
        drain();
    }

    private void fill() {
        while (freeSlotCount > 0 && blocks.ring().free() >= CHAIN) {
            int block = random.nextInt(versions.length);
            if (!busy[block]) {
                submit(block, versions[block] == 0 || random.nextInt(3) > 0);
            }
        }
        blocks.flush();
    }

    private void submit(int block, boolean write) {
        int slot = freeSlots[--freeSlotCount];
        int at = slot * blockSize;
        long sector = firstSector + (long) block * sectorsPerBlock;
        if (write) {
            SectorPattern.fill(data, at, sector, blockSize, versions[block] + 1);
        } else {
            data.putLong(at, 0).putLong(at + blockSize - Long.BYTES, 0);
        }
        int type = write ? BlockRequestType.OUT : BlockRequestType.IN;
        int tag = blocks.submit(type, sector, dataAddress + at, blockSize);
        busy[block] = true;
        slotOf[tag] = slot;
        blockOf[tag] = block;
        writes[tag] = write;
        sequences[tag] = submitted++;
        times[tag] = System.nanoTime();
    }

    private void finishAll() throws ProtocolViolationException {
        for (int tag = blocks.reap(); tag >= 0; tag = blocks.reap()) {
            finish(tag);
        }
    }

    private void finish(int tag) {
        int block = blockOf[tag];
        if (blocks.status(tag) != BlockRequestType.OK) {
            throw new AssertionError(text(tag) + " ended with status " + blocks.status(tag));
        }
        listener.answered(times[tag], System.nanoTime());
        if (ordered && sequences[tag] != completed) {
            throw new AssertionError(text(tag) + " was answered as number " + completed);
        }
        if (writes[tag]) {
            versions[block]++;
            acknowledgedWrites++;
        } else if (contentKept) {
            long sector = firstSector + (long) block * sectorsPerBlock;
            if (!SectorPattern.matches(data, slotOf[tag] * blockSize, sector, blockSize, versions[block])) {
                throw new AssertionError(text(tag) + " brought other content than that of version " + versions[block]);
            }
        }
        completed++;
        busy[block] = false;
        freeSlots[freeSlotCount++] = slotOf[tag];
    }

    private String text(int tag) {
        return name + ": " + (writes[tag] ? "write" : "read") + " number " + sequences[tag] + " of block "
                + blockOf[tag];
    }

    /** How many requests are in flight. */
    public int inFlight() {
        return (int) (submitted - completed);
    }

    /** How many requests were answered. */
    public long completed() {
        return completed;
    }

    /** How many writes were acknowledged. */
    public long acknowledgedWrites() {
        return acknowledgedWrites;
    }
}
