// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import io.hotbay.frontend.LatencyHistogram;
import io.hotbay.frontend.LoadSample;
import java.io.IOException;
import java.nio.ByteBuffer;

/** What one core of the machine copies at best, in pieces as long as requests, from memory that no cache holds. */
final class MemoryCopy implements Sampler {
    private static final int TARGETS = 32;

    private final CoreWatch watch;
    private final ByteBuffer source = ByteBuffer.allocateDirect((int) BenchDisk.SIZE);
    private final ByteBuffer destination;
    private final int piece;
    private int next;
    private double disturbance;

    MemoryCopy(int piece, BenchOptions options, long idlePid) {
        this.piece = piece;
        destination = ByteBuffer.allocateDirect(TARGETS * piece);
        watch = new CoreWatch(options.targetCore(), options.loadCore(), idlePid);
        for (int i = 0; i < source.capacity(); i += Long.BYTES) {
            source.putLong(i, i);
        }
    }

    @Override
    public LoadSample sample(long nanos) throws IOException {
        watch.begin();
        LatencyHistogram latency = new LatencyHistogram();
        long start = System.nanoTime();
        long now = start;
        long copies = 0;
        while (now - start < nanos) {
            destination.put((int) (copies % TARGETS) * piece, source, next, piece);
            next = next + 2 * piece <= source.capacity() ? next + piece : 0;
            copies++;
            long after = System.nanoTime();
            latency.count(after - now);
            now = after;
        }
        disturbance = watch.disturbance();
        return new LoadSample(copies, now - start, latency, 0, 0);
    }

    @Override
    public double disturbance() {
        return disturbance;
    }

    @Override
    public void close() {
        // Direct buffers go with the object.
    }
}
