// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendQueue;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SessionOptions;
import io.hotbay.frontend.SurvivingLoad;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/** Front-ends of a product, each queue of which keeps verified requests in flight on a thread of its own. */
final class VerifiedLoads implements AutoCloseable {
    private static final int DEPTH = 16;
    private static final int BLOCK = 4096;
    private static final int BLOCKS = 256;
    private static final int RECONNECT_MILLIS = 60_000;
    private static final int MORE_ANSWERS = 200;
    private static final long PATIENCE_SECONDS = 60;

    private final Product product;
    private final List<FrontendSession> sessions = new ArrayList<>();
    private final List<SurvivingLoad> loads = new ArrayList<>();
    private final List<AtomicLong> answers = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private List<Future<Void>> running = List.of();

    VerifiedLoads(Product product) {
        this.product = product;
    }

    /**
     * Connects to a controller.
     *
     * @param manner what its disk does otherwise than to execute at once and keep what is written
     */
    void open(String controller, SessionOptions options, UnaryOperator<SurvivingLoad> manner) throws IOException {
        FrontendSession session = FrontendProfile.QEMU_10.open(product.socket(controller), options);
        sessions.add(session);
        for (FrontendQueue queue : session.queues()) {
            AtomicLong answered = new AtomicLong();
            answers.add(answered);
            loads.add(
                    manner.apply(new SurvivingLoad(session, queue, (long) BLOCKS * queue.index(), BLOCKS, BLOCK, DEPTH))
                            .tell((submitted, seen) -> answered.incrementAndGet()));
        }
    }

    /** Keeps requests in flight from now on, until the product closes the connections. */
    void begin() {
        loads.forEach(SurvivingLoad::prepare);
        running = submit(SurvivingLoad::runUntilClosed);
    }

    private interface Step {
        void run(SurvivingLoad load) throws IOException;
    }

    private List<Future<Void>> submit(Step step) {
        List<Future<Void>> all = new ArrayList<>();
        for (SurvivingLoad load : loads) {
            Callable<Void> task = () -> {
                step.run(load);
                return null;
            };
            all.add(threads.submit(task));
        }
        return all;
    }

    private static void await(List<Future<Void>> all) throws Exception {
        for (Future<Void> one : all) {
            one.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Fails if one has found something wrong, or has lost its connection. */
    void assertRunning() throws Exception {
        for (Future<Void> one : running) {
            if (one.isDone()) {
                one.get();
                throw new AssertionError("a front-end has lost its connection");
            }
        }
    }

    /** Waits until each queue has carried some more; none may have ended. */
    void awaitProgress() throws Exception {
        long[] enough =
                answers.stream().mapToLong(each -> each.get() + MORE_ANSWERS).toArray();
        try {
            Product.await("answers on each queue", () -> {
                boolean all = true;
                for (int i = 0; i < enough.length; i++) {
                    all &= answers.get(i).get() >= enough[i];
                }
                return all || running.stream().anyMatch(Future::isDone);
            });
        } finally {
            assertRunning();
        }
    }

    /** Waits until all have lost their connections; nothing else may have been wrong. */
    void awaitClosed() throws Exception {
        await(running);
    }

    /** Connects again, after {@link #awaitClosed}. */
    void reconnect() throws IOException {
        for (FrontendSession session : sessions) {
            session.reconnect(RECONNECT_MILLIS);
        }
    }

    /** Ends the load; everything that was ever written is there, and no request is missing its answer. */
    void verify() throws Exception {
        loads.forEach(SurvivingLoad::end);
        await(running);
        await(submit(SurvivingLoad::verifyAll));
        for (SurvivingLoad load : loads) {
            assertThat(load.inFlight()).isZero();
        }
    }

    @Override
    public void close() {
        loads.forEach(SurvivingLoad::end);
        threads.shutdownNow();
        sessions.forEach(FrontendSession::close);
    }
}
