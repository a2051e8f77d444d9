// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

import io.hotbay.memory.GuestMemory;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * The requests of one queue, in slots. A device fills slots and hands them to a
 * {@link BlockChannel} as a batch, the channel completes them, the device takes the completed ones. Nothing is allocated
 * for a request, except the first time a slot needs more segments than any before it. For use by one thread at a time.
 *
 * <pre>
 *   device                                     channel
 *   prepare(slot, …) addSegment(slot, …)
 *   enqueue(slot)  → pending list      ──submit──▶  type(slot) offset(slot) handle(slot, i) …
 *   completedSlot(i) ◀── completed list ◀────────   complete(slot, status)
 * </pre>
 */
public final class BlockRequests {
    /** Flag of a write: durable before it completes. */
    public static final int FLAG_FUA = 1;
    /** Flag of a write-zeroes request: the range may be unmapped if it then reads back as zeros. */
    public static final int FLAG_UNMAP = 2;

    /*
     * What is known of a request lies together, in 64 bytes:
     *
     *    0                               1        2        3       4          5          6          7
     *   +-------------------------------+--------+--------+-------+----------+----------+----------+----------+
     *   | type, flags, status, segments | offset | length | start | handle 0 | length 0 | handle 1 | length 1 |
     *   +-------------------------------+--------+--------+-------+----------+----------+----------+----------+
     *     7..0  15..8  23..16  63..32
     */

    /** Longs of a slot: {@code slot << SHIFT} is the first of them. */
    private static final int SHIFT = 3;

    private static final int OFFSET = 1;
    private static final int LENGTH = 2;
    /** When the request was taken. */
    private static final int START = 3;

    private static final int HANDLES = 4;
    private static final int LENGTHS = 5;

    /** Segments of a slot kept in its record; the rest goes to arrays made on first need. */
    private static final int INLINE = 2;

    private static final int FIRST_OVERFLOW = 16;

    private static final int FLAGS_SHIFT = 8;
    private static final int STATUS_SHIFT = 16;
    private static final int BYTE_MASK = 0xff;
    private static final int SEGMENTS_SHIFT = 32;
    private static final long ONE_SEGMENT = 1L << SEGMENTS_SHIFT;

    /** What stands for the time of a request whose latency is not measured. */
    private static final long NOT_MEASURED = Long.MIN_VALUE;

    private final int slots;
    private final LongSupplier clock;
    private final long[] records;
    private final long[][] moreHandles;
    private final int[][] moreLengths;

    private final int[] pending;
    private final int[] completed;
    private final IoCounters counters = new IoCounters();
    private int pendingCount;
    private int completedCount;
    private int inFlight;
    private int mostInFlight;
    /** Null when nobody answers before a submit has returned. */
    private Runnable early;

    private long now = NOT_MEASURED;
    /** Whether nothing was under way at that moment: what is completed until the next has begun then. */
    private boolean together;

    private GuestMemory memory = GuestMemory.EMPTY;

    /** Makes a table of {@code slots} slots, numbered from 0. */
    public BlockRequests(int slots) {
        this(slots, System::nanoTime);
    }

    /**
     * Makes a table whose time is that of a clock.
     *
     * @param clock tells nanoseconds since some moment; it is read when latencies are measured, twice a batch
     */
    public BlockRequests(int slots, LongSupplier clock) {
        this.slots = slots;
        this.clock = clock;
        records = new long[slots << SHIFT];
        moreHandles = new long[slots][];
        moreLengths = new int[slots][];
        pending = new int[slots];
        completed = new int[slots];
    }

    /** Number of slots. */
    public int slots() {
        return slots;
    }

    /** The memory that handles refer to. */
    public GuestMemory memory() {
        return memory;
    }

    /** Sets the memory that handles refer to; only while nothing is in flight. */
    public void memory(GuestMemory snapshot) {
        memory = snapshot;
    }

    /** What this queue has done so far. */
    public IoCounters counters() {
        return counters;
    }

    // ---- the device's side

    /**
     * Starts a request in a free slot; it has no segments yet.
     *
     * @param type a {@link BlockType}
     * @param offset first byte on the device
     * @param length bytes of the range
     */
    public void prepare(int slot, int type, long offset, long length, int requestFlags) {
        int record = slot << SHIFT;
        records[record] = (type | requestFlags << FLAGS_SHIFT) & 0xffffL;
        records[record + OFFSET] = offset;
        records[record + LENGTH] = length;
    }

    /**
     * Starts a read or a write of one piece of guest memory in a free slot, without flags.
     *
     * @param offset first byte on the device
     * @param length bytes of the range, and of the piece
     * @param handle where the piece lies in {@link #memory()}
     */
    public void prepareWhole(int slot, int type, long offset, int length, long handle) {
        int record = slot << SHIFT;
        records[record] = type | ONE_SEGMENT;
        records[record + OFFSET] = offset;
        records[record + LENGTH] = length;
        records[record + HANDLES] = handle;
        records[record + LENGTHS] = length;
    }

    /** Adds a piece of guest memory to a prepared request. The lengths of all pieces of a read or write add up to its length. */
    public void addSegment(int slot, long handle, int length) {
        int record = slot << SHIFT;
        int count = (int) (records[record] >>> SEGMENTS_SHIFT);
        records[record] += ONE_SEGMENT;
        if (count < INLINE) {
            records[place(slot, count) + HANDLES] = handle;
            records[place(slot, count) + LENGTHS] = length;
            return;
        }
        addMore(slot, count - INLINE, handle, length);
    }

    private void addMore(int slot, int index, long handle, int length) {
        long[] more = moreHandles[slot];
        if (more == null || more.length == index) {
            int capacity = more == null ? FIRST_OVERFLOW : 2 * index;
            moreHandles[slot] = more == null ? new long[capacity] : Arrays.copyOf(more, capacity);
            moreLengths[slot] = more == null ? new int[capacity] : Arrays.copyOf(moreLengths[slot], capacity);
        }
        moreHandles[slot][index] = handle;
        moreLengths[slot][index] = length;
    }

    /**
     * Says that requests have been taken just now: their latency begins. One reading of the clock serves all requests that are
     * enqueued from now on, until the next call.
     */
    public void taken() {
        now = counters.measuring() == null ? NOT_MEASURED : clock.getAsLong();
        together = inFlight == 0 && completedCount == 0;
    }

    /** Puts a prepared request on the list that the next {@link BlockChannel#submit} takes. */
    public void enqueue(int slot) {
        pending[pendingCount++] = slot;
        records[(slot << SHIFT) + START] = now;
        inFlight++;
        if (inFlight > mostInFlight) {
            mostInFlight = inFlight;
            counters.reached(inFlight);
        }
    }

    /** Puts a request back on the list of pending requests, from which it was taken before it was submitted. */
    public void requeue(int slot) {
        pending[pendingCount++] = slot;
    }

    /** Empties the list of pending requests after they were submitted. */
    public void clearPending() {
        pendingCount = 0;
    }

    /** Number of requests that were completed and not yet cleared. */
    public int completed() {
        return completedCount;
    }

    /** The slot of a completed request. */
    public int completedSlot(int index) {
        return completed[index];
    }

    /**
     * Says what answers completed requests, and clears them, while a channel is still inside {@link BlockChannel#submit}: see
     * {@link #answerEarly}. It must not touch the list of pending requests.
     */
    public void answeringEarly(Runnable answer) {
        early = answer;
    }

    /** Empties the list of completed requests. */
    public void clearCompleted() {
        completedCount = 0;
    }

    /**
     * Shows other threads that the completed requests are done, and notes how long they took, when that is wanted. To be called once for
     * each batch, before the requests are answered; what is enqueued in their slots then begins at this moment.
     */
    public void measure() {
        boolean alike = counters.endRun() == completedCount && together;
        LatencyRecorder recorder = counters.measuring();
        if (recorder == null) {
            now = NOT_MEASURED;
            together = false;
            return;
        }
        now = clock.getAsLong();
        for (int from = 0; from < completedCount; ) {
            int slot = completed[from];
            int to = alike ? completedCount : endOfRun(from);
            // what was under way when the measuring began has no beginning
            long start = records[(slot << SHIFT) + START];
            if (start != NOT_MEASURED) {
                recorder.record(type(slot), now - start, to - from);
            }
            from = to;
        }
        together = inFlight == 0;
    }

    /** Requests that were taken together are of one kind mostly, and end together: they took the same time. */
    private int endOfRun(int from) {
        int first = completed[from];
        int to = from + 1;
        while (to < completedCount && isLike(completed[to], first)) {
            to++;
        }
        return to;
    }

    private boolean isLike(int slot, int other) {
        return type(slot) == type(other) && records[(slot << SHIFT) + START] == records[(other << SHIFT) + START];
    }

    /** Shows other threads how many requests are under way: see {@link IoCounters#inFlight()}. */
    public void showInFlight() {
        counters.inFlight(inFlight);
    }

    /** How a completed request ended: a {@link BlockStatus}. */
    public int status(int slot) {
        return (int) (records[slot << SHIFT] >>> STATUS_SHIFT) & BYTE_MASK;
    }

    /** Number of requests enqueued and not yet completed. */
    public int inFlight() {
        return inFlight;
    }

    // ---- the channel's side

    /** Number of requests to submit. */
    public int pending() {
        return pendingCount;
    }

    /** The slot of a request to submit. */
    public int pendingSlot(int index) {
        return pending[index];
    }

    /** The {@link BlockType} of a request. */
    public int type(int slot) {
        return (int) records[slot << SHIFT] & BYTE_MASK;
    }

    /** The flags of a request: {@link #FLAG_FUA}, {@link #FLAG_UNMAP}. */
    public int flags(int slot) {
        return (int) (records[slot << SHIFT] >>> FLAGS_SHIFT) & BYTE_MASK;
    }

    /** First byte of the range on the device. */
    public long offset(int slot) {
        return records[(slot << SHIFT) + OFFSET];
    }

    /** Length of the range in bytes. */
    public long length(int slot) {
        return records[(slot << SHIFT) + LENGTH];
    }

    /** Number of pieces of guest memory. */
    public int segments(int slot) {
        return (int) (records[slot << SHIFT] >>> SEGMENTS_SHIFT);
    }

    /** Where a piece of guest memory lies: a handle of {@link #memory()}. */
    public long handle(int slot, int segment) {
        return segment < INLINE ? records[place(slot, segment) + HANDLES] : moreHandles[slot][segment - INLINE];
    }

    /** Length of a piece of guest memory in bytes; it does not cross a window. */
    public int segmentLength(int slot, int segment) {
        return segment < INLINE ? (int) records[place(slot, segment) + LENGTHS] : moreLengths[slot][segment - INLINE];
    }

    /** What the places of a segment's handle and length are counted from. */
    private static int place(int slot, int segment) {
        return (slot << SHIFT) + 2 * segment;
    }

    /**
     * Lets the device answer what has been completed so far, so that its driver goes on while the channel is still carrying out
     * others. For a channel that completes requests inside {@link BlockChannel#submit} and takes some time for each: to be called
     * between two of them, every few microseconds. Without it they are answered when all of the batch are done.
     */
    public void answerEarly() {
        if (early != null) {
            early.run();
        }
    }

    /**
     * Ends a request; once each time it was prepared.
     *
     * @param status a {@link BlockStatus}
     */
    public void complete(int slot, int status) {
        int record = slot << SHIFT;
        if (status != BlockStatus.OK) {
            records[record] |= (long) (status & BYTE_MASK) << STATUS_SHIFT;
        }
        completed[completedCount++] = slot;
        inFlight--;
        counters.count((int) records[record] & BYTE_MASK, records[record + LENGTH], status);
    }
}
