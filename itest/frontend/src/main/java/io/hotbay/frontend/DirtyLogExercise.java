// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.io.IOException;
import java.util.BitSet;

/**
 * Has a back-end note what it writes, as while a guest migrates: every page it writes must be noted, and none that it only
 * reads; a log that was replaced is left alone. What is wrong it throws as an {@link AssertionError}.
 */
public final class DirtyLogExercise implements AutoCloseable {
    /** Pages of a request's data. */
    private static final int DATA_PAGES = 3;
    /** Pages that the smallest log has bits for. */
    private static final int FEW_PAGES = 64;

    private final String name;
    private final FrontendSession session;
    private final DirtyLog first;
    private final DirtyLog second;
    private final DirtyLog small;
    private BitSet written = new BitSet();

    /** Makes one for a running session with nothing in flight. */
    public DirtyLogExercise(String name, FrontendSession session) throws IOException {
        this.name = name;
        this.session = session;
        first = DirtyLog.forMemory(session.memory().regions());
        second = DirtyLog.forMemory(session.memory().regions());
        small = DirtyLog.ofSize(FEW_PAGES / Byte.SIZE, DirtyLog.PAGE);
    }

    /** Runs all; the session goes on without a log. */
    public void run() throws IOException {
        session.startLogging(first);
        exercise();
        check("the first log", first);
        BitSet before = first.pages();
        written = new BitSet();
        session.replaceLog(second);
        exercise();
        check("the second log", second);
        Check.that(before.equals(first.pages()), name + ": the first log was written to after it had been replaced");
        session.stopLogging();
        before = second.pages();
        exercise();
        Check.that(before.equals(second.pages()), name + ": pages are noted although logging has ended");
    }

    /** Writes to pages that the log has no bits for: they are dropped, and the rest of its file stays clean. */
    public void runBeyondEnd() throws IOException {
        session.startLogging(small);
        exercise();
        session.stopLogging();
        Check.that(small.isCleanAround(), name + ": bits were written beside a log that is too small");
    }

    private void exercise() throws IOException {
        for (FrontendQueue queue : session.queues()) {
            int length = DATA_PAGES * DirtyLog.PAGE;
            execute(queue, BlockRequestType.IN, length);
            execute(queue, BlockRequestType.GET_ID, BlockDriver.ID_BYTES);
            readOnly(queue, length);
        }
    }

    private void execute(FrontendQueue queue, int type, int length) throws IOException {
        // Not at the start of a page, so that it ends in the middle of one more.
        long buffer = session.memory().allocate(length + 2L * DirtyLog.PAGE, DirtyLog.PAGE) + BlockDriver.SECTOR;
        long status = submit(queue, type, buffer, length);
        note(buffer, length);
        note(status, 1);
    }

    /** A write: of all that belongs to it only the status byte and the ring are written. */
    private void readOnly(FrontendQueue queue, int length) throws IOException {
        if ((session.offeredFeatures() & DeviceFeatures.RO) != 0) {
            return;
        }
        long buffer = session.memory().allocate(length, DirtyLog.PAGE);
        note(submit(queue, BlockRequestType.OUT, buffer, length), 1);
    }

    /** Executes a request; returns where its status byte is. */
    private long submit(FrontendQueue queue, int type, long buffer, int length) throws IOException {
        BlockQueue blocks = queue.blocks();
        int tag = blocks.submit(type, sectorAtEnd(), buffer, length);
        long status = blocks.statusAddress(tag);
        noteRing(queue);
        blocks.flush();
        Check.equal(name + ": request completed", tag, blocks.await());
        Check.equal(name + ": its status", BlockRequestType.OK, blocks.status(tag));
        return status;
    }

    /** Where nothing lies that other tests look for. */
    private long sectorAtEnd() {
        return session.config().capacity() - DATA_PAGES * DirtyLog.PAGE / BlockDriver.SECTOR;
    }

    private void noteRing(FrontendQueue queue) {
        if (queue.ring() instanceof SplitDriverRing split) {
            note(split.driver().nextUsedAddress(), SplitRingDriver.USED_ELEMENT);
            note(split.layout().used() + SplitRingDriver.INDEX, Short.BYTES);
        } else {
            note(queue.packedRing().nextUsedAddress(), SplitRingLayout.DESCRIPTOR);
        }
    }

    private void note(long address, int length) {
        written.set((int) (address / DirtyLog.PAGE), (int) ((address + length - 1) / DirtyLog.PAGE) + 1);
    }

    private void check(String which, DirtyLog log) {
        BitSet missing = (BitSet) written.clone();
        missing.andNot(log.pages());
        Check.that(missing.isEmpty(), name + ": pages written but not in " + which + ": " + missing);
        BitSet tooMany = log.pages();
        tooMany.andNot(written);
        session.queues().forEach(queue -> tooMany.andNot(eventPages(queue)));
        Check.that(tooMany.isEmpty(), name + ": pages in " + which + " that nobody wrote: " + tooMany);
    }

    /** Where the device may write its wish for notifications, which it does or does not at any time. */
    private static BitSet eventPages(FrontendQueue queue) {
        BitSet pages = new BitSet();
        RingLayout layout = queue.ring().layout();
        int length =
                layout instanceof PackedRingLayout ? PackedRingLayout.EVENTS : SplitRingLayout.usedBytes(layout.size());
        pages.set((int) (layout.used() / DirtyLog.PAGE), (int) ((layout.used() + length - 1) / DirtyLog.PAGE) + 1);
        return pages;
    }

    @Override
    public void close() {
        first.close();
        second.close();
        small.close();
    }
}
