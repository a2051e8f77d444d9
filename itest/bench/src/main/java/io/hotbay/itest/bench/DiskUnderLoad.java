// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import io.hotbay.frontend.DeviceFeatures;
import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.LoadGenerator;
import io.hotbay.frontend.LoadPattern;
import io.hotbay.frontend.LoadSample;
import io.hotbay.frontend.SessionOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Disks of one target, most often one, with a running session on each. */
final class DiskUnderLoad implements Sampler {
    /** Descriptors of the ring: enough for 128 requests of three. */
    private static final int QUEUE_SIZE = 512;

    private static final long MEMORY = 64L << 20;

    private static final int FILL_DEPTH = 8;
    private static final int FILL_BLOCK = 64 << 10;

    /** What a sample runs before it counts: the target wakes up and caches warm. */
    private static final long LEAD_NANOS = 20_000_000;

    private final BenchTarget target;
    private final List<FrontendSession> sessions = new ArrayList<>();
    private final CoreWatch watch;
    private LoadGenerator generator;
    private double disturbance;

    private DiskUnderLoad(BenchTarget target, CoreWatch watch) {
        this.target = target;
        this.watch = watch;
    }

    /** Opens a session as a guest in cloud-hypervisor would, and fills the disk if it has content. */
    static DiskUnderLoad open(BenchTarget target, BenchDisk disk, BenchOptions options) throws IOException {
        return open(target, List.of(target.socket(disk)), 1, disk.hasContent() && target.isOurs(), options);
    }

    /** Opens a session on a socket of ours, as a guest in cloud-hypervisor would, and fills the disk. */
    static DiskUnderLoad open(BenchTarget target, Path socket, BenchOptions options) throws IOException {
        return open(target, List.of(socket), 1, true, options);
    }

    /** The same as a guest in Firecracker would, which tracks nothing in flight, and without event idx. */
    static DiskUnderLoad openPlain(BenchTarget target, Path socket, BenchOptions options) throws IOException {
        return open(FrontendProfile.FIRECRACKER, DeviceFeatures.EVENT_IDX, target, List.of(socket), 1, true, options);
    }

    /** Opens sessions on several sockets with a number of queues each. */
    static DiskUnderLoad open(BenchTarget target, List<Path> sockets, int queues, boolean fill, BenchOptions options)
            throws IOException {
        return open(FrontendProfile.CLOUD_HYPERVISOR, 0, target, sockets, queues, fill, options);
    }

    private static DiskUnderLoad open(
            FrontendProfile profile,
            long refused,
            BenchTarget target,
            List<Path> sockets,
            int queues,
            boolean fill,
            BenchOptions options)
            throws IOException {
        SessionOptions wanted = SessionOptions.DEFAULT
                .without(refused)
                .withQueues(queues)
                .withQueueSize(QUEUE_SIZE)
                .withMemorySize(sockets.size() == 1 ? MEMORY : MEMORY / 4)
                .withHugepages(options.hugepageSize());
        CoreWatch watch = new CoreWatch(options.targetCore(), options.loadCore(), target.pid());
        DiskUnderLoad opened = new DiskUnderLoad(target, watch);
        boolean ready = false;
        try {
            for (Path socket : sockets) {
                FrontendSession session = profile.open(socket, wanted);
                opened.sessions.add(session);
                if (fill) {
                    LoadGenerator.fill(session, FILL_DEPTH, FILL_BLOCK);
                }
            }
            ready = true;
            return opened;
        } finally {
            if (!ready) {
                opened.close();
            }
        }
    }

    /** Prepares for samples of a load, and runs it for a while so that both sides are compiled. */
    void prepare(LoadPattern pattern, long warmUpNanos) throws IOException {
        generator = new LoadGenerator(sessions, pattern);
        checked(generator.run(0, warmUpNanos));
    }

    @Override
    public LoadSample sample(long nanos) throws IOException {
        watch.begin();
        LoadSample sample = checked(generator.run(LEAD_NANOS, nanos));
        disturbance = watch.disturbance();
        return sample;
    }

    @Override
    public double disturbance() {
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
        sessions.forEach(FrontendSession::close);
    }
}
