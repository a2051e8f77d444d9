// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One queue under load. Each request in flight has a slot whose descriptors are written once: header, data, status, direct
 * or in an indirect table of its own. Only sector, type and status change from request to request.
 */
final class LoadQueue {
    /** Bytes of a slot's header and status, a cache line of its own. */
    private static final int SLOT = 64;
    /** Offset of the status byte in there. */
    private static final int STATUS = 16;
    /** Descriptors of a request. */
    private static final int CHAIN = 3;
    /** Distance of indirect tables, which have three descriptors. */
    private static final int TABLE = 64;
    /** The content that is written and expected where no versions are kept. */
    private static final long SALT = 0;

    /** Stands for the sector of a slot whose request is not in flight. */
    private static final long FREE = -1;

    private final SplitRingDriver ring;
    private final LoadPattern pattern;
    private final int headStride;
    /** The table that holds a slot's data descriptor, and where: the ring's own or an indirect one. */
    private final ByteBuffer tables;

    private final int tableStride;
    private final BlockVersions versions;
    private final ByteBuffer slots;
    private final ByteBuffer data;
    private final long blocks;
    private final int sectorsPerBlock;
    private final long[] submitted;
    private final long[] sectors;
    private final boolean[] reads;
    private final boolean mixed;
    private final long step;
    private long random;
    private long nextBlock;
    private int inFlight;
    private long completed;
    private long completedReads;
    private long errors;
    private long corrupt;

    LoadQueue(
            FrontendSession session, FrontendQueue queue, LoadPattern pattern, int queueCount, BlockVersions versions) {
        this.pattern = pattern;
        this.versions = versions;
        ring = queue.splitRing();
        int depth = pattern.depth();
        boolean indirect = pattern.shape() == ChainShape.INDIRECT;
        headStride = indirect ? 1 : CHAIN;
        requireRoom(queue, indirect, depth * headStride);
        FrontendMemory memory = session.memory();
        long slotAddress = memory.allocate((long) SLOT * depth, SLOT);
        long dataAddress = memory.allocate((long) pattern.blockSize() * depth, 4096);
        slots = memory.window(slotAddress, SLOT * depth);
        data = memory.window(dataAddress, pattern.blockSize() * depth);
        sectorsPerBlock = pattern.blockSize() / BlockDriver.SECTOR;
        long onDisk = session.config().capacity() / sectorsPerBlock;
        blocks = pattern.blocks() == 0 ? onDisk : Math.min(pattern.blocks(), onDisk);
        submitted = new long[depth];
        sectors = new long[depth];
        Arrays.fill(sectors, FREE);
        reads = new boolean[depth];
        mixed = pattern.readPercent() > 0 && pattern.readPercent() < 100;
        random = scatter(pattern.seed()) ^ 0x9e3779b97f4a7c15L * (queue.index() + 1) | 1;
        nextBlock = queue.index() % blocks;
        step = queueCount;
        tableStride = indirect ? TABLE : CHAIN * SplitRingLayout.DESCRIPTOR;
        long tableAddress = indirect ? memory.allocate((long) TABLE * depth, TABLE) : 0;
        tables = indirect ? memory.window(tableAddress, TABLE * depth) : ring.descriptorTable();
        for (int slot = 0; slot < depth; slot++) {
            long header = slotAddress + (long) SLOT * slot;
            long content = dataAddress + (long) pattern.blockSize() * slot;
            if (indirect) {
                long table = tableAddress + (long) TABLE * slot;
                writeChain(memory.window(table, TABLE), 0, header, content);
                ring.writeDescriptor(slot, table, CHAIN * SplitRingLayout.DESCRIPTOR, SplitRingDriver.INDIRECT, 0);
            } else {
                writeChain(ring.descriptorTable(), CHAIN * slot, header, content);
            }
        }
    }

    /** Spreads a seed over all bits; 0 stays 0, and the loads of old what they were. */
    private static long scatter(long seed) {
        long mixed = seed * 0xff51afd7ed558ccdL;
        return mixed ^ mixed >>> 33;
    }

    private static void requireRoom(FrontendQueue queue, boolean indirect, int descriptors) {
        if (indirect && !queue.blocks().isIndirect()) {
            throw new IllegalArgumentException("INDIRECT_DESC was not negotiated; use direct chains");
        }
        if (descriptors > queue.ring().size()) {
            throw new IllegalArgumentException("the load needs " + descriptors + " descriptors, the ring has "
                    + queue.ring().size() + "; use a larger ring or a smaller depth");
        }
    }

    private void writeChain(ByteBuffer table, int first, long header, long content) {
        int direction = pattern.readPercent() == 100 ? SplitRingDriver.WRITE : 0;
        int next = SplitRingDriver.NEXT;
        SplitRingDriver.writeDescriptor(table, first, header, BlockQueue.HEADER, next, first + 1);
        SplitRingDriver.writeDescriptor(table, first + 1, content, pattern.blockSize(), next | direction, first + 2);
        SplitRingDriver.writeDescriptor(table, first + 2, header + STATUS, 1, SplitRingDriver.WRITE, 0);
    }

    /** Submits as many requests as may be in flight. */
    void begin(long now) {
        for (int slot = 0; slot < pattern.depth(); slot++) {
            submit(slot, now);
        }
        publish();
    }

    /** How many requests the device has completed. */
    int completions() {
        return ring.usedCount();
    }

    /** Takes completions, counts them, and submits as many anew if wanted. */
    void turn(int count, long now, LatencyRecorder latency, boolean resubmit) throws ProtocolViolationException {
        for (int i = 0; i < count; i++) {
            int slot = slotOf(ring.takeCounted());
            inFlight--;
            completed++;
            completedReads += reads[slot] ? 1 : 0;
            check(slot);
            sectors[slot] = FREE;
            if (latency != null) {
                latency.count(now - submitted[slot]);
            }
            if (resubmit) {
                submit(slot, now);
            }
        }
        publish();
    }

    private int slotOf(int head) throws ProtocolViolationException {
        int slot = headStride == 1 ? head : head / CHAIN;
        if (head < 0 || slot >= submitted.length || slot * headStride != head || sectors[slot] == FREE) {
            throw new ProtocolViolationException(
                    "the device returned head " + Integer.toUnsignedString(head) + ", which it does not have");
        }
        return slot;
    }

    private void check(int slot) {
        boolean ok = slots.get(SLOT * slot + STATUS) == BlockRequestType.OK;
        errors += ok ? 0 : 1;
        if (versions != null) {
            checkVersion(slot, ok);
        } else if (ok && pattern.verify() && reads[slot] && !isIntact(slot, SALT)) {
            corrupt++;
        }
    }

    private void checkVersion(int slot, boolean ok) {
        int block = (int) (sectors[slot] / sectorsPerBlock);
        if (!reads[slot]) {
            if (ok) {
                versions.written(block);
            } else {
                versions.failed(block);
            }
        } else if (ok && versions.isKnown(block) && !isIntact(slot, versions.current(block))) {
            corrupt++;
        }
        versions.release(block);
    }

    private boolean isIntact(int slot, long salt) {
        int at = pattern.blockSize() * slot;
        return SectorPattern.matches(data, at, sectors[slot], pattern.blockSize(), salt);
    }

    private void submit(int slot, long now) {
        long block = nextBlock();
        if (versions != null) {
            block = versions.take(block);
        }
        long sector = block * sectorsPerBlock;
        boolean read = !mixed ? pattern.readPercent() == 100 : drawsRead();
        if (mixed) {
            int direction = read ? SplitRingDriver.WRITE : 0;
            int flagsAt = tableStride * slot + SplitRingLayout.DESCRIPTOR + 12;
            tables.putShort(flagsAt, (short) (SplitRingDriver.NEXT | direction));
        }
        if (pattern.verify() && !read) {
            long salt = versions == null ? SALT : versions.next((int) block);
            SectorPattern.fill(data, pattern.blockSize() * slot, sector, pattern.blockSize(), salt);
        }
        int at = SLOT * slot;
        slots.putInt(at, read ? BlockRequestType.IN : BlockRequestType.OUT);
        slots.putLong(at + 8, sector);
        slots.put(at + STATUS, (byte) BlockQueue.NO_STATUS);
        sectors[slot] = sector;
        reads[slot] = read;
        submitted[slot] = now;
        ring.offer(slot * headStride);
        inFlight++;
    }

    private void publish() {
        ring.askForSilence();
        ring.publish();
        if (ring.kickWanted()) {
            ring.kick();
        }
    }

    private long nextBlock() {
        if (pattern.random()) {
            return Math.multiplyHigh(draw() >>> 1, blocks << 1);
        }
        long block = nextBlock;
        nextBlock = nextBlock + step < blocks ? nextBlock + step : (nextBlock + step) % blocks;
        return block;
    }

    private boolean drawsRead() {
        return Math.multiplyHigh(draw() >>> 1, 200) < pattern.readPercent();
    }

    /** Marsaglia's xorshift with 64 bits. */
    private long draw() {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return random;
    }

    /** Whether a sequential load has been at each block of this queue's share of the disk; only between rounds. */
    boolean hasCoveredShare() {
        return completed * step >= blocks;
    }

    /** Asks to be notified of the next completion; false if there is one already. */
    boolean askForNotification() {
        return ring.askForNotification();
    }

    int inFlight() {
        return inFlight;
    }

    long completed() {
        return completed;
    }

    long completedReads() {
        return completedReads;
    }

    long errors() {
        return errors;
    }

    long corrupt() {
        return corrupt;
    }
}
