// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

import io.hotbay.memory.GuestMemory;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * The requests of one queue: parallel primitive arrays indexed by slot. A device fills slots and hands them to a
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

    /** Segments of a slot kept in the flat arrays; the rest goes to arrays made on first need. */
    private static final int INLINE = 4;

    /** What stands for the time of a request whose latency is not measured. */
    private static final long NOT_MEASURED = Long.MIN_VALUE;

    private final int slots;
    private final LongSupplier clock;
    private final byte[] types;
    private final byte[] flags;
    private final byte[] statuses;
    private final long[] offsets;
    private final long[] lengths;
    private final int[] segmentCounts;
    private final long[] handles;
    private final int[] segmentLengths;
    private final long[][] moreHandles;
    private final int[][] moreLengths;
    /** When requests were taken. */
    private final long[] starts;

    private final int[] pending;
    private final int[] completed;
    private final IoCounters counters = new IoCounters();
    private int pendingCount;
    private int completedCount;
    private int inFlight;
    /** Null when nobody answers before a submit has returned. */
    private Runnable early;

    private long now = NOT_MEASURED;
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
        types = new byte[slots];
        flags = new byte[slots];
        statuses = new byte[slots];
        offsets = new long[slots];
        lengths = new long[slots];
        segmentCounts = new int[slots];
        handles = new long[slots * INLINE];
        segmentLengths = new int[slots * INLINE];
        moreHandles = new long[slots][];
        moreLengths = new int[slots][];
        starts = new long[slots];
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
        types[slot] = (byte) type;
        flags[slot] = (byte) requestFlags;
        offsets[slot] = offset;
        lengths[slot] = length;
        segmentCounts[slot] = 0;
    }

    /** Adds a piece of guest memory to a prepared request. The lengths of all pieces of a read or write add up to its length. */
    public void addSegment(int slot, long handle, int length) {
        int count = segmentCounts[slot]++;
        if (count < INLINE) {
            handles[slot * INLINE + count] = handle;
            segmentLengths[slot * INLINE + count] = length;
            return;
        }
        addMore(slot, count - INLINE, handle, length);
    }

    private void addMore(int slot, int index, long handle, int length) {
        long[] more = moreHandles[slot];
        if (more == null || more.length == index) {
            int capacity = more == null ? 4 * INLINE : 2 * index;
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
    }

    /** Puts a prepared request on the list that the next {@link BlockChannel#submit} takes. */
    public void enqueue(int slot) {
        pending[pendingCount++] = slot;
        starts[slot] = now;
        counters.reached(++inFlight);
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
        counters.endRun();
        LatencyRecorder recorder = counters.measuring();
        if (recorder == null) {
            now = NOT_MEASURED;
            return;
        }
        now = clock.getAsLong();
        for (int from = 0; from < completedCount; ) {
            int slot = completed[from];
            int to = endOfRun(from);
            // what was under way when the measuring began has no beginning
            if (starts[slot] != NOT_MEASURED) {
                recorder.record(types[slot], now - starts[slot], to - from);
            }
            from = to;
        }
    }

    /** Requests that were taken together are of one kind mostly, and end together: they took the same time. */
    private int endOfRun(int from) {
        int first = completed[from];
        int to = from + 1;
        while (to < completedCount && starts[completed[to]] == starts[first] && types[completed[to]] == types[first]) {
            to++;
        }
        return to;
    }

    /** Shows other threads how many requests are under way: see {@link IoCounters#inFlight()}. */
    public void showInFlight() {
        counters.inFlight(inFlight);
    }

    /** How a completed request ended: a {@link BlockStatus}. */
    public int status(int slot) {
        return statuses[slot];
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
        return types[slot];
    }

    /** The flags of a request: {@link #FLAG_FUA}, {@link #FLAG_UNMAP}. */
    public int flags(int slot) {
        return flags[slot];
    }

    /** First byte of the range on the device. */
    public long offset(int slot) {
        return offsets[slot];
    }

    /** Length of the range in bytes. */
    public long length(int slot) {
        return lengths[slot];
    }

    /** Number of pieces of guest memory. */
    public int segments(int slot) {
        return segmentCounts[slot];
    }

    /** Where a piece of guest memory lies: a handle of {@link #memory()}. */
    public long handle(int slot, int segment) {
        return segment < INLINE ? handles[slot * INLINE + segment] : moreHandles[slot][segment - INLINE];
    }

    /** Length of a piece of guest memory in bytes; it does not cross a window. */
    public int segmentLength(int slot, int segment) {
        return segment < INLINE ? segmentLengths[slot * INLINE + segment] : moreLengths[slot][segment - INLINE];
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

    /** Ends a request. */
    public void complete(int slot, int status) {
        statuses[slot] = (byte) status;
        completed[completedCount++] = slot;
        inFlight--;
        counters.count(types[slot], lengths[slot], status);
    }
}
