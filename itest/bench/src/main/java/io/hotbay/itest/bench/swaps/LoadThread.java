// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench.swaps;

import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SessionOptions;
import io.hotbay.frontend.SurvivingLoad;
import io.hotbay.linux.Cpus;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** One front-end that keeps requests in flight on one queue, on a thread of its own, and verifies what comes back. */
final class LoadThread implements AutoCloseable {
    private static final int QUEUE_SIZE = 256;
    private static final long MEMORY = 32L << 20;
    private static final int BLOCK = 4096;
    private static final int BLOCKS = 8192;

    private final FrontendSession session;
    private final SurvivingLoad load;
    private final Timeline timeline;
    private final CompletableFuture<Void> running;

    private LoadThread(FrontendSession session, SurvivingLoad load, Timeline timeline, int core) {
        this.session = session;
        this.load = load;
        this.timeline = timeline;
        running = CompletableFuture.runAsync(() -> run(core), task -> new Thread(task, "load").start());
    }

    static LoadThread start(SwapTarget target, SwapOptions options) throws IOException {
        FrontendSession session = FrontendProfile.QEMU_10.open(
                target.socket(),
                SessionOptions.DEFAULT.withQueueSize(QUEUE_SIZE).withMemorySize(MEMORY));
        Timeline timeline = new Timeline(System.nanoTime());
        SurvivingLoad load = new SurvivingLoad(session, session.queues().get(0), 0, BLOCKS, BLOCK, options.depth());
        load.tell(timeline);
        if (!options.diskType().equals("malloc")) {
            load.inAnyOrder();
        }
        if (options.diskType().equals("null")) {
            load.withoutContent();
        }
        return new LoadThread(session, load, timeline, options.loadCore());
    }

    private void run(int core) {
        try {
            Cpus.pinCurrentThread(core);
            load.runUntilClosed();
            load.verifyAll();
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /** Fails if the load has found something wrong, or has lost its connection. */
    void check() throws IOException {
        if (running.isDone()) {
            join();
            throw new IOException("the front-end has lost its connection");
        }
    }

    /** Ends the load, after everything that was written has been read back. */
    Timeline end() throws IOException {
        load.end();
        join();
        return timeline;
    }

    /** How many requests were answered. */
    long completed() {
        return load.completed();
    }

    private void join() throws IOException {
        try {
            running.get();
        } catch (ExecutionException e) {
            throw new IOException("the front-end: " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        load.end();
        session.close();
    }
}
