// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counts the requests of one queue, and notes how long they take when that is wanted. Written by its reactor thread alone and
 * without any barrier; readable on any thread, where the figures may be a moment old but never torn.
 */
public final class IoCounters {
    private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle IN_FLIGHT;
    private static final VarHandle MOST_IN_FLIGHT;
    private static final VarHandle MEASURING;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            IN_FLIGHT = lookup.findVarHandle(IoCounters.class, "inFlight", int.class);
            MOST_IN_FLIGHT = lookup.findVarHandle(IoCounters.class, "mostInFlight", int.class);
            MEASURING = lookup.findVarHandle(IoCounters.class, "measuring", LatencyRecorder.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long[] requests = new long[BlockType.COUNT];
    private final long[] bytes = new long[BlockType.COUNT];
    private final long[] errors = new long[BlockType.COUNT];
    private int inFlight;
    private int mostInFlight;

    /** Requests of one type that went well, one after the other, and are not in the arrays yet. */
    private int runType;

    private long runRequests;
    private long runBytes;

    /** Made when latencies are first wanted, and kept: what was measured once does not get lost when nothing more is. */
    private volatile LatencyRecorder recorder;

    /** The recorder while latencies are wanted, else null. */
    private LatencyRecorder measuring;

    /**
     * Switches the measuring of latencies on or off, also while the queue works. What was measured before is kept. Any thread.
     */
    public synchronized void measure(boolean on) {
        if (on && recorder == null) {
            recorder = new LatencyRecorder();
        }
        MEASURING.setRelease(this, on ? recorder : null);
    }

    /** Number of requests under way. Any thread. */
    public int inFlight() {
        return (int) IN_FLIGHT.getOpaque(this);
    }

    // ---- the queue's thread

    /** Where to note latencies, or null when they are not wanted. */
    LatencyRecorder measuring() {
        return (LatencyRecorder) MEASURING.getAcquire(this);
    }

    /** Counts a request; others see it after {@link #endRun}. */
    void count(int type, long length, int status) {
        if (type != runType || status != BlockStatus.OK) {
            endRun();
            runType = type;
        }
        if (status == BlockStatus.OK) {
            runRequests++;
            runBytes += length;
        } else {
            ELEMENT.setOpaque(requests, type, requests[type] + 1);
            ELEMENT.setOpaque(errors, type, errors[type] + 1);
        }
    }

    /** Shows what was counted last. Returns how many requests of one type, one after the other, that were; errors are none of them. */
    long endRun() {
        long ended = runRequests;
        if (ended != 0) {
            ELEMENT.setOpaque(requests, runType, requests[runType] + runRequests);
            ELEMENT.setOpaque(bytes, runType, bytes[runType] + runBytes);
            runRequests = 0;
            runBytes = 0;
        }
        return ended;
    }

    void inFlight(int number) {
        if (number != inFlight) {
            IN_FLIGHT.setOpaque(this, number);
        }
    }

    /** More are under way than ever before. */
    void reached(int number) {
        MOST_IN_FLIGHT.setOpaque(this, number);
    }

    // ---- any thread

    void addTo(IoStatistics.Sum sum) {
        for (int type = 0; type < BlockType.COUNT; type++) {
            sum.requests[type] += (long) ELEMENT.getOpaque(requests, type);
            sum.bytes[type] += (long) ELEMENT.getOpaque(bytes, type);
            sum.errors[type] += (long) ELEMENT.getOpaque(errors, type);
        }
        sum.mostInFlight = Math.max(sum.mostInFlight, (int) MOST_IN_FLIGHT.getOpaque(this));
        LatencyRecorder noted = recorder;
        for (int type = 0; noted != null && type < BlockType.COUNT; type++) {
            sum.latencies[type] = sum.latencies[type].plus(noted.histogram(type));
        }
    }
}
