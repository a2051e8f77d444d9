// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.frontend.BlockQueue;
import io.hotbay.frontend.BlockRequestType;
import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SectorPattern;
import io.hotbay.frontend.SessionOptions;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.BundleException;

/** Bundles are stopped, started and updated under a front-end that is connected: its requests wait, none fails. */
class SwapTest {
    private static final int LENGTH = 4096;
    private static final int SECTORS = LENGTH / 512;
    private static final int SWAPS = 3;
    private static final List<String> BUNDLES =
            List.of("bdev-malloc", "virtio-blk", "virtqueue", "vhost-user", "reactor", "hugepages");

    private TestTarget target;
    private FrontendSession session;

    @BeforeEach
    void connect() throws IOException {
        target = new TestTarget();
        target.configureBdev("malloc", "Swapped", Map.of("size", "4MiB"));
        target.configureController("swapped", "Swapped");
        target.awaitListening("swapped");
        session = FrontendProfile.QEMU_7_2.open(target.socket("swapped"), SessionOptions.DEFAULT.withQueues(2));
    }

    @AfterEach
    void disconnect() throws IOException {
        try (TestTarget last = target) {
            session.close();
            Framework.startAll();
            Await.asserted(() ->
                    assertThat(last.controller("swapped").status().sessions()).isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bdev-malloc", "virtio-blk", "virtqueue", "vhost-user", "reactor", "hugepages"})
    void shouldAnswerAfterwardsWhatWasAskedWhileABundleWasStopped(String bundle) throws IOException {
        byte[] before = SectorPattern.of(0, LENGTH, 1);
        assertThat(session.driver(0).write(0, before).isOk()).isTrue();

        Framework.stop(bundle);

        BlockQueue queue = session.queues().get(0).blocks();
        long read = session.memory().allocate(LENGTH, 512);
        long written = session.memory().allocate(LENGTH, 512);
        SectorPattern.fill(session.memory().window(written, LENGTH), 0, SECTORS, LENGTH, 2);
        int readTag = queue.submit(BlockRequestType.IN, 0, read, LENGTH);
        int writeTag = queue.submit(BlockRequestType.OUT, SECTORS, written, LENGTH);
        queue.flush();
        assertThat(queue.staysIdle(100)).isTrue();
        assertThat(target.socket("swapped")).exists();

        Framework.start(bundle);

        assertThat(List.of(queue.await(), queue.await())).containsExactlyInAnyOrder(readTag, writeTag);
        assertThat(queue.status(readTag)).isEqualTo(BlockRequestType.OK);
        assertThat(queue.status(writeTag)).isEqualTo(BlockRequestType.OK);
        assertThat(SectorPattern.matches(session.memory().window(read, LENGTH), 0, 0, LENGTH, 1))
                .isTrue();
        assertThat(session.driver(1).read(0, 2 * LENGTH).data())
                .startsWith(before)
                .endsWith(SectorPattern.of(SECTORS, LENGTH, 2));
        assertStillTheFirstSession();
    }

    private void assertStillTheFirstSession() {
        assertThat(target.awaitListening("swapped").sessions())
                .singleElement()
                .satisfies(status -> assertThat(status.id()).isZero());
    }

    @Test
    void shouldLoseNoRequestWhileBundlesAreStoppedAndStartedUnderLoad() throws Exception {
        try (Load load = new Load(session)) {
            for (int swap = 0; swap < SWAPS; swap++) {
                for (String bundle : BUNDLES) {
                    Framework.stop(bundle);
                    Framework.start(bundle);
                    load.awaitProgress();
                }
            }
        }
        assertStillTheFirstSession();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bdev-malloc", "virtio-blk", "virtqueue", "vhost-user", "reactor", "hugepages"})
    void shouldLoseNoRequestWhileABundleIsUpdatedInPlace(String bundle) throws Exception {
        try (Load load = new Load(session)) {
            for (int swap = 0; swap < SWAPS; swap++) {
                update(bundle);
                load.awaitProgress();
            }
        }
        assertStillTheFirstSession();
    }

    private static void update(String bundle) throws BundleException {
        Framework.bundle(bundle).update();
    }
}
