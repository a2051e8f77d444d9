// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevuring.internal;

import io.hotbay.linux.Epoll;
import io.hotbay.linux.EventFd;
import io.hotbay.linux.LinuxException;
import io.hotbay.linux.VectoredIo;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;

/**
 * The writes of one queue to the page cache, on their way to the {@link CacheWriter} and back; in order. One thread adds them and takes the
 * results, the writer carries them out; nothing is allocated or locked.
 */
final class CacheWrites implements AutoCloseable {
    private static final VarHandle PUBLISHED;
    private static final VarHandle DONE;
    private static final VarHandle QUIET;
    private static final VarHandle TOLD;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            PUBLISHED = lookup.findVarHandle(CacheWrites.class, "published", int.class);
            DONE = lookup.findVarHandle(CacheWrites.class, "done", int.class);
            QUIET = lookup.findVarHandle(CacheWrites.class, "quiet", boolean.class);
            TOLD = lookup.findVarHandle(CacheWrites.class, "told", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final CacheWriter writer;
    /** Frees the vectors when nobody knows it any more. A ring that is given up forgets it, and the writer goes on. */
    private final Object source;

    private final EventFd results;
    /** Tells of results, and of what else the queue waits for. */
    private final Epoll events;

    private final int mask;

    // One entry a write. The counters below run freely; one masked is an entry.
    private final int[] slots;
    private final long[] vectors;
    private final int[] counts;
    private final long[] positions;
    private final long[] moved;

    /** Writes that were added, and those of them that the writer may see. */
    private int added;

    private int published;
    /** Writes carried out. */
    private int done;
    /** Results that were taken. */
    private int taken;

    /** Whether the next result is to be told of: the queue may have looked at all before. */
    private boolean quiet = true;
    /** How often results were told of, by the writer. */
    private int told;
    /** What the queue has taken back of that. */
    private int drained;

    private volatile boolean closed;

    CacheWrites(CacheWriter writer, int most, Object source) throws LinuxException {
        this.writer = writer;
        this.source = source;
        int entries = Integer.highestOneBit(2 * most - 1);
        mask = entries - 1;
        slots = new int[entries];
        vectors = new long[entries];
        counts = new int[entries];
        positions = new long[entries];
        moved = new long[entries];
        results = EventFd.create();
        events = watching(results);
    }

    private static Epoll watching(EventFd results) throws LinuxException {
        Epoll events = null;
        try {
            events = Epoll.create();
            events.add(results.number(), Epoll.IN, 0);
            return events;
        } catch (LinuxException e) {
            results.close();
            if (events != null) {
                events.close();
            }
            throw e;
        }
    }

    /** Lets {@link #number} tell of another descriptor as well. */
    void watch(int other) throws LinuxException {
        events.add(other, Epoll.IN, 0);
    }

    // ---- the queue's thread

    /**
     * Adds a write. What it is from stays as it is until the result is taken.
     *
     * @param vector address of the first vector
     * @param count number of vectors
     */
    void add(int slot, long vector, int count, long position) {
        int entry = added++ & mask;
        slots[entry] = slot;
        vectors[entry] = vector;
        counts[entry] = count;
        positions[entry] = position;
    }

    /** Hands over what was added. */
    void submit() {
        if (published != added) {
            PUBLISHED.setVolatile(this, added);
            writer.wake();
        }
    }

    /** Number of a descriptor that is readable when there are results, or what is {@linkplain #watch watched} besides is readable. */
    int number() {
        return events.number();
    }

    /** To be called before the results are taken: from now on the descriptor tells of those that come later. */
    void relax() {
        if (drained != (int) TOLD.getVolatile(this)) {
            // Less than was told of when the writer is about to signal: it counts first. Then it is drained another
            // time.
            drained += (int) results.drain();
            // not before: it could be told of again meanwhile, and that be drained, unnoticed
            QUIET.setVolatile(this, true);
        }
    }

    /** Goes to the next result, if there is one: see {@link #slot} and {@link #moved}. */
    boolean next() {
        if (taken == (int) DONE.getVolatile(this)) {
            return false;
        }
        taken++;
        return true;
    }

    int slot() {
        return slots[taken - 1 & mask];
    }

    /** Bytes written, or -1 if it did not work. */
    long moved() {
        return moved[taken - 1 & mask];
    }

    /** Forgets what the writer has not begun; the one it is at goes on. */
    @Override
    public void close() {
        events.close();
        closed = true;
        writer.wake();
    }

    // ---- the writer

    boolean isClosed() {
        return closed;
    }

    boolean hasWork() {
        return done != (int) PUBLISHED.getVolatile(this);
    }

    /** Carries out what there is. Returns whether there was something. */
    boolean work(int file) {
        int end = (int) PUBLISHED.getAcquire(this);
        int begin = done;
        for (int write = begin; write != end && !closed && !writer.isEnding(); write++) {
            int entry = write & mask;
            moved[entry] = VectoredIo.write(file, vectors[entry], counts[entry], positions[entry]);
            DONE.setVolatile(this, write + 1);
            tell();
        }
        Reference.reachabilityFence(source);
        return begin != end;
    }

    /** Whoever waits may be told only of changes (epoll's edges): what comes behind a look has to be a change again. */
    private void tell() {
        if ((boolean) QUIET.getVolatile(this)) {
            QUIET.setVolatile(this, false);
            TOLD.setVolatile(this, told + 1);
            results.signal();
        }
    }

    /** The writer is through with it, and alone has the descriptor: whoever closed it may not know yet. */
    void release() {
        results.close();
    }
}
