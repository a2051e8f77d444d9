// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.memory;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.EventFd;
import io.hotbay.linux.LinuxException;
import io.hotbay.memory.DirtyLog;
import io.hotbay.vhostuser.internal.wire.LogDescription;
import io.hotbay.vhostuser.internal.wire.MessageRefusedException;
import io.hotbay.vhostuser.internal.wire.MessageType;
import io.hotbay.vhostuser.internal.wire.Transcript;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The log of SET_LOG_BASE: a bit for each page of 4 KiB, which the front-end and other back-ends share (vhost-user
 * specification, "Migration"). Marks come from any thread; the rest is under the controller's lock, and counted like a
 * {@link MemorySnapshot}.
 *
 * <p>Bits are set by atomic access, which in a truncated file does not throw but ends the JVM (or, compiled, never ends). Reading
 * first does not help, because the front-end may act in between. So a file that cannot be sealed is no log, nor is one of
 * hugepages.
 */
public final class MappedLog implements DirtyLog {
    private static final int PAGE_SHIFT = 12;
    private static final int WORD_SHIFT = 5;
    private static final int LAST_BIT = 31;
    /** Enough for 32 TiB of guest memory, and the most that one buffer holds. */
    private static final long LARGEST = 1L << 30;

    private static final VarHandle WORDS = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final LogDescription description;
    private final SharedFile file;
    private final ByteBuffer bits;
    private final long pages;
    /** Written only while no ring is running. */
    private EventFd event;

    private volatile boolean marked;
    private int users = 1;

    private MappedLog(LogDescription description, SharedFile file) {
        this.description = description;
        this.file = file;
        this.bits = file.mapping().words();
        this.pages = description.size() * Byte.SIZE;
    }

    /**
     * Maps a log.
     *
     * @param file belongs to the log from now on, and is closed if there is none
     */
    public static MappedLog map(LogDescription description, Descriptor file) throws MessageRefusedException {
        String wrong = impossible(description);
        if (wrong != null) {
            file.close();
            throw new MessageRefusedException(description + ": " + wrong);
        }
        SharedFile shared = SharedFile.map(file, description.offset(), description.size(), description);
        if (shared.mayFault()) {
            String why = shared.canShrink()
                    ? ": its file can be truncated and not be sealed: it must be a memfd with F_SEAL_SHRINK"
                    : ": its file consists of hugepages, which may run out: it must be a memfd of ordinary pages";
            shared.close();
            throw new MessageRefusedException(description + why);
        }
        return new MappedLog(description, shared);
    }

    private static String impossible(LogDescription description) {
        if (description.size() > LARGEST) {
            return "at most " + LARGEST + " bytes are possible";
        }
        return description.offset() % Long.BYTES != 0 ? "the offset is no multiple of " + Long.BYTES : null;
    }

    /** As the front-end described it. */
    public LogDescription description() {
        return description;
    }

    /**
     * How to tell the front-end that there is something new; only while no ring is running.
     *
     * @param next belongs to the log from now on; null for not at all
     */
    public void event(EventFd next) {
        // A ring that was given up still holds the log, and may write to the number, which must not become another
        // file.
        if (event != null && users == 1) {
            event.close();
        }
        event = next;
    }

    @Override
    public void mark(long guestAddress, long length) {
        long first = guestAddress >>> PAGE_SHIFT;
        if (length <= 0 || first >= pages) {
            return;
        }
        long end = guestAddress + length - 1;
        // the address that the used ring is logged under may be anything, also one from which the range wraps around
        long last = Math.min(pages - 1, Long.compareUnsigned(end, guestAddress) < 0 ? pages : end >>> PAGE_SHIFT);
        // The data before the look at the bits: otherwise a bit may be seen set that the front-end has cleared, and the
        // page copied, before the data got there.
        VarHandle.fullFence();
        for (long page = first; page <= last; page = (page | LAST_BIT) + 1) {
            int from = (int) page & LAST_BIT;
            int to = (int) Math.min(last, page | LAST_BIT) & LAST_BIT;
            set((int) (page >>> WORD_SHIFT) * Integer.BYTES, (-1 >>> LAST_BIT - (to - from)) << from);
        }
    }

    private void set(int at, int mask) {
        if ((bits.getInt(at) & mask) != mask) {
            int before = (int) WORDS.getAndBitwiseOr(bits, at, mask);
            if ((before & mask) != mask && !marked) {
                marked = true;
            }
        }
    }

    /** Tells the front-end if something was marked since the last call. A ring's poller calls it after each round. */
    public void announce() {
        if (marked && event != null) {
            marked = false;
            event.signal();
        }
    }

    /** Records the log. */
    public void record(Transcript transcript) throws LinuxException {
        transcript.add(MessageType.SET_LOG_BASE, LogDescription.SIZE, description::put, file.duplicate());
    }

    /** Counts one more user. */
    public void retain() {
        users++;
    }

    /** Counts one user less; without any it is unmapped. */
    public void release() {
        if (--users == 0) {
            if (event != null) {
                event.close();
            }
            file.close();
        }
    }
}
