// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.frontend.DeviceFeatures;
import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendQueue;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.ProtocolFeatures;
import io.hotbay.frontend.SessionOptions;
import io.hotbay.frontend.SurvivingLoad;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The product is killed at any moment under load and started again; the front-ends, one with split and one with packed rings,
 * find their disks as they were, and each request in flight is answered once.
 */
class KillTest {
    private static final int KILLS = 20;
    private static final int KILLS_IN_A_RECONNECT = 12;
    private static final int DEPTH = 32;
    private static final int QUEUES = 2;
    private static final int BLOCK = 4096;
    private static final int BLOCKS = 512;
    private static final int RECONNECT_MILLIS = 60_000;
    /** Longest time between a new connection and the next kill. */
    private static final int LONGEST_LIFE_MILLIS = 200;

    private static final String CREATE = """
            bdev:create malloc Split size=8MiB block_size=4096
            bdev:create malloc Packed size=8MiB block_size=4096
            vhost:create-blk split Split num_queues=2
            vhost:create-blk packed Packed num_queues=2 packed_ring=true
            """;

    private final List<FrontendSession> sessions = new ArrayList<>();
    private final List<SurvivingLoad> loads = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Product product;

    @AfterEach
    void removeProduct() throws IOException {
        threads.shutdownNow();
        sessions.forEach(FrontendSession::close);
        product.close();
    }

    private void openBoth() throws Exception {
        product = new Product().start();
        product.execute(CREATE.strip().split("\n"));
        open("split", SessionOptions.DEFAULT);
        open("packed", SessionOptions.DEFAULT.withPackedRings());
    }

    @Test
    void shouldLoseAndRepeatNothingHoweverOftenItIsKilled() throws Exception {
        openBoth();
        assertThat(sessions.get(0).has(DeviceFeatures.RING_PACKED)).isFalse();
        assertThat(sessions.get(1).has(DeviceFeatures.RING_PACKED)).isTrue();
        Random random = new Random(42);
        long survivedInFlight = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            List<Future<Void>> running = runLoads();
            TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_LIFE_MILLIS));
            product.kill();
            await(running);
            survivedInFlight += loads.stream().mapToInt(SurvivingLoad::inFlight).sum();
            product.startWithoutWaiting();
            for (FrontendSession session : sessions) {
                session.reconnect(RECONNECT_MILLIS);
            }
        }
        await(submit(SurvivingLoad::verifyAll));
        assertThat(survivedInFlight).as("requests in flight at a kill").isGreaterThan(KILLS * DEPTH);
        for (SurvivingLoad load : loads) {
            assertThat(load.inFlight()).isZero();
            assertThat(load.acknowledgedWrites()).isGreaterThan(KILLS);
        }
        for (FrontendSession session : sessions) {
            session.stop();
        }
    }

    /** After the last message of a reconnect its rings run; the steps take in each phase of the ones before. */
    @Test
    void shouldLoseAndRepeatNothingWhenItIsKilledAgainWhileFrontEndsReconnect() throws Exception {
        openBoth();
        killUnderLoad();
        AtomicInteger messages = new AtomicInteger();
        product.startWithoutWaiting();
        sessions.get(0).reconnect(RECONNECT_MILLIS, messages::incrementAndGet);
        sessions.get(1).reconnect(RECONNECT_MILLIS);
        killUnderLoad();
        for (int i = 0; i < KILLS_IN_A_RECONNECT; i++) {
            int last = 1 + (messages.get() - 1) * i / (KILLS_IN_A_RECONNECT - 1);
            product.startWithoutWaiting();
            sessions.get((i + 1) % 2).reconnect(RECONNECT_MILLIS);
            reconnectAndKill(sessions.get(i % 2), last);
        }
        int inFlight = loads.stream().mapToInt(SurvivingLoad::inFlight).sum();
        product.startWithoutWaiting();
        for (FrontendSession session : sessions) {
            session.reconnect(RECONNECT_MILLIS);
        }
        await(submit(SurvivingLoad::verifyAll));
        assertThat(messages.get()).isGreaterThan(KILLS_IN_A_RECONNECT);
        assertThat(inFlight).isPositive();
        for (SurvivingLoad load : loads) {
            assertThat(load.inFlight()).isZero();
        }
    }

    private void killUnderLoad() throws Exception {
        List<Future<Void>> running = runLoads();
        TimeUnit.MILLISECONDS.sleep(LONGEST_LIFE_MILLIS);
        product.kill();
        await(running);
    }

    /** The product dies between two messages of the reconnect, and has dealt with the former one or not. */
    private void reconnectAndKill(FrontendSession session, int last) throws InterruptedException {
        AtomicInteger left = new AtomicInteger(last);
        try {
            session.reconnect(RECONNECT_MILLIS, () -> {
                if (left.decrementAndGet() == 0) {
                    product.process().destroyForcibly();
                }
            });
        } catch (IOException dead) {
            // It depends on the message whether this is noticed before the end.
        }
        product.kill();
    }

    private void open(String controller, SessionOptions options) throws IOException {
        FrontendSession session = FrontendProfile.QEMU_10.open(product.socket(controller), options.withQueues(QUEUES));
        sessions.add(session);
        assertThat(session.hasProtocol(ProtocolFeatures.INFLIGHT_SHMFD)).isTrue();
        for (FrontendQueue queue : session.queues()) {
            loads.add(new SurvivingLoad(session, queue, (long) BLOCKS * queue.index(), BLOCKS, BLOCK, DEPTH));
        }
    }

    private List<Future<Void>> runLoads() {
        return submit(SurvivingLoad::runUntilClosed);
    }

    private interface Step {
        void run(SurvivingLoad load) throws IOException;
    }

    private List<Future<Void>> submit(Step step) {
        List<Future<Void>> running = new ArrayList<>();
        for (SurvivingLoad load : loads) {
            Callable<Void> task = () -> {
                step.run(load);
                return null;
            };
            running.add(threads.submit(task));
        }
        return running;
    }

    private static void await(List<Future<Void>> running) throws Exception {
        for (Future<Void> one : running) {
            one.get(60, TimeUnit.SECONDS);
        }
    }
}
