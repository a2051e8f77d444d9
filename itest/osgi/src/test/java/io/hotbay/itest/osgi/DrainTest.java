// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.deploy.Deployment;
import io.hotbay.deploy.Swap;
import io.hotbay.deploy.Swap.Outcome;
import io.hotbay.frontend.BlockQueue;
import io.hotbay.frontend.BlockRequestType;
import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendQueue;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SessionOptions;
import java.io.IOException;
import java.util.Hashtable;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;

/** Swaps that begin while a bdev takes its time, and so find rings that are still draining. */
class DrainTest {
    private static final int REQUESTS = 8;
    private static final int LENGTH = 4096;

    private final SlowDisk disk = new SlowDisk();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private ServiceRegistration<BlockDevice> registration;
    private TestTarget target;
    private FrontendSession session;

    @BeforeEach
    void connect() throws IOException {
        target = new TestTarget();
        registration = FrameworkUtil.getBundle(DrainTest.class)
                .getBundleContext()
                .registerService(
                        BlockDevice.class,
                        disk,
                        new Hashtable<>(Map.of(BlockDevice.NAME, "Slow", BlockDevice.TYPE, "slow")));
        target.configureController("slow", "Slow");
        target.awaitListening("slow");
        session = FrontendProfile.QEMU_7_2.open(target.socket("slow"), SessionOptions.DEFAULT.withQueues(2));
    }

    @AfterEach
    void disconnect() throws IOException {
        disk.release();
        threads.shutdown();
        session.close();
        registration.unregister();
        target.close();
    }

    @Test
    void shouldSwapOneBundleAfterTheOtherWhenAllWaitForASlowDisk() throws Exception {
        for (FrontendQueue queue : session.queues()) {
            submit(queue.blocks());
        }
        Await.asserted(() -> assertThat(disk.held()).isEqualTo(2 * REQUESTS));

        Future<Swap> first = submit(() -> deployment().update("virtio-blk", null, Set.of()));
        Await.asserted(
                () -> assertThat(Framework.bundle("virtio-blk").getState()).isEqualTo(Bundle.STOPPING));
        assertThatThrownBy(() -> deployment().update("bdev-null", null, Set.of()))
                .hasMessageContaining("the update of io.hotbay.virtio-blk is under way");
        Future<?> second = submit(() -> {
            Framework.stop("reactor");
            Framework.start("reactor");
            return null;
        });
        Future<?> third = submit(() -> {
            Framework.update("vhost-user");
            return null;
        });
        assertThat(session.queues().get(0).blocks().staysIdle(200)).isTrue();
        assertThat(first.isDone()).isFalse();
        disk.release();

        assertThat(first.get().outcome()).isEqualTo(Outcome.DONE);
        second.get();
        third.get();
        for (FrontendQueue queue : session.queues()) {
            for (int i = 0; i < REQUESTS; i++) {
                assertThat(queue.blocks().status(queue.blocks().await())).isEqualTo(BlockRequestType.OK);
            }
            assertThat(queue.blocks().reap()).isNegative();
        }
        assertThat(session.driver(0).read(0, LENGTH).isOk()).isTrue();
        assertThat(session.driver(1).read(0, LENGTH).isOk()).isTrue();
        assertThat(target.awaitListening("slow").sessions()).singleElement().satisfies(status -> assertThat(status.id())
                .isZero());
    }

    private <T> Future<T> submit(Callable<T> task) {
        return threads.submit(task);
    }

    private void submit(BlockQueue queue) {
        for (int i = 0; i < REQUESTS; i++) {
            queue.submit(BlockRequestType.IN, 0, session.memory().allocate(LENGTH, 512), LENGTH);
        }
        queue.flush();
    }

    private static Deployment deployment() {
        return Framework.service(Deployment.class);
    }
}
