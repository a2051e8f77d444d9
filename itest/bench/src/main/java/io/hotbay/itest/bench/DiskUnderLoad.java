// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.LoadGenerator;
import io.hotbay.frontend.LoadSample;
import io.hotbay.frontend.SessionOptions;
import java.io.IOException;

/** One target's disk with a running session on it. */
final class DiskUnderLoad implements AutoCloseable {
    /** Descriptors of the ring: enough for 128 requests of three. */
    private static final int QUEUE_SIZE = 512;

    private static final long MEMORY = 64L << 20;

    private static final int FILL_DEPTH = 8;
    private static final int FILL_BLOCK = 64 << 10;

    /** What a sample runs before it counts: the target wakes up and caches warm. */
    private static final long LEAD_NANOS = 20_000_000;

    private final BenchTarget target;
    private final FrontendSession session;
    private final CoreWatch watch;
    private LoadGenerator generator;
    private double disturbance;

    private DiskUnderLoad(BenchTarget target, FrontendSession session, CoreWatch watch) {
        this.target = target;
        this.session = session;
        this.watch = watch;
    }

    /** Opens a session as a guest in cloud-hypervisor would, and fills the disk if it has content. */
    static DiskUnderLoad open(BenchTarget target, BenchDisk disk, BenchOptions options) throws IOException {
        SessionOptions session = SessionOptions.DEFAULT
                .withQueueSize(QUEUE_SIZE)
                .withMemorySize(MEMORY)
                .withHugepages(options.hugepageSize());
        CoreWatch watch = new CoreWatch(options.targetCore(), options.loadCore(), target.pid());
        DiskUnderLoad opened =
                new DiskUnderLoad(target, FrontendProfile.CLOUD_HYPERVISOR.open(target.socket(disk), session), watch);
        boolean ready = false;
        try {
            if (disk.hasContent()) {
                LoadGenerator.fill(opened.session, FILL_DEPTH, FILL_BLOCK);
            }
            ready = true;
            return opened;
        } finally {
            if (!ready) {
                opened.close();
            }
        }
    }

    BenchTarget target() {
        return target;
    }

    /** Prepares for samples of a case, and runs the load for a while so that both sides are compiled. */
    void prepare(BenchCase benchCase, long warmUpNanos) throws IOException {
        generator = new LoadGenerator(session, benchCase.pattern());
        checked(generator.run(0, warmUpNanos));
    }

    /** Takes one sample. */
    LoadSample sample(long nanos) throws IOException {
        watch.begin();
        LoadSample sample = checked(generator.run(LEAD_NANOS, nanos));
        disturbance = watch.disturbance();
        return sample;
    }

    /** How much the last sample was disturbed. */
    double disturbance() {
        return disturbance;
    }

    private LoadSample checked(LoadSample sample) throws IOException {
        if (sample.errors() > 0) {
            throw new IOException(target.name() + " failed " + sample.errors() + " requests");
        }
        return sample;
    }

    @Override
    public void close() {
        session.close();
    }
}
