// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.frontend.BlockConfig;
import io.hotbay.frontend.BlockQueue;
import io.hotbay.frontend.BlockRequestType;
import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SectorPattern;
import io.hotbay.frontend.SessionOptions;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bundles stay stopped for longer than the controller holds requests. */
class HoldTest {
    private static final int LENGTH = 4096;

    private TestTarget target;
    private FrontendSession session;

    @BeforeEach
    void connect() throws IOException {
        target = new TestTarget();
        target.configureBdev("malloc", "Held", Map.of("size", "4MiB"));
        target.configureController("held", "Held", Map.of("hold_timeout", 1));
        target.awaitListening("held");
        session = FrontendProfile.QEMU_7_2.open(target.socket("held"), SessionOptions.DEFAULT.withQueues(2));
        assertThat(session.driver(0).write(0, SectorPattern.of(0, LENGTH, 1)).isOk())
                .isTrue();
    }

    @AfterEach
    void disconnect() throws IOException {
        try (TestTarget last = target) {
            session.close();
            Framework.startAll();
        }
    }

    private void assertWorking() throws IOException {
        target.awaitListening("held");
        assertThat(session.driver(1).read(0, LENGTH).data()).isEqualTo(SectorPattern.of(0, LENGTH, 1));
        assertThat(target.controller("held").status().sessions())
                .singleElement()
                .satisfies(each -> assertThat(each.id()).isZero());
    }

    @Test
    void shouldAnswerWithErrorsWhenTheBackendStaysAwayAndGoOnWhenItIsBack() throws Exception {
        Framework.stop("bdev-malloc");
        BlockQueue queue = session.queues().get(0).blocks();
        long place = session.memory().allocate(LENGTH, 512);
        int tag = queue.submit(BlockRequestType.IN, 0, place, LENGTH);
        queue.flush();

        assertThat(queue.await()).isEqualTo(tag);
        assertThat(queue.status(tag)).isEqualTo(BlockRequestType.IOERR);
        target.awaitWaiting("held", "requests get I/O errors until it is back");
        assertThat(session.driver(1).write(0, new byte[LENGTH]).status()).isEqualTo(BlockRequestType.IOERR);
        assertThat(new BlockConfig(session.connection().getConfig(0, BlockConfig.SIZE_BEFORE_SECURE_ERASE, 0))
                        .capacity())
                .as("a pause is no removal")
                .isEqualTo((4 << 20) / 512);
        try (Shell shell = new Shell()) {
            assertThat(shell.run("vhost:show held")).contains("away for longer than hold_timeout allows");
        }

        Framework.start("bdev-malloc");

        assertWorking();
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtio-blk", "virtqueue"})
    void shouldSayThatTheRingsAreBrokenAndStartThemAnewWhenTheBundleIsBack(String bundle) throws Exception {
        Framework.stop(bundle);
        BlockQueue queue = session.queues().get(0).blocks();
        long place = session.memory().allocate(LENGTH, 512);
        int tag = queue.submit(BlockRequestType.IN, 0, place, LENGTH);
        queue.flush();
        target.awaitWaiting("held", "after 1 s (hold_timeout) the rings are broken until it is over");

        Framework.start(bundle);

        assertThat(queue.await()).isEqualTo(tag);
        assertThat(queue.status(tag)).isEqualTo(BlockRequestType.OK);
        assertWorking();
    }
}
