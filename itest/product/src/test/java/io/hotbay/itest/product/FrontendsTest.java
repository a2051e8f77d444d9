// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.frontend.BlockQueue;
import io.hotbay.frontend.BlockRequestType;
import io.hotbay.frontend.DeviceFeatures;
import io.hotbay.frontend.Expectations;
import io.hotbay.frontend.FrontendConformance;
import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SessionOptions;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each front-end's own order of messages, with every type of request, against the product. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FrontendsTest {
    private static final long SIZE = 64L << 20;
    private static final int SECTOR = 512;
    private static final String CONFIGURATION = """
            {"bdevs": [
               {"type": "malloc", "name": "Big", "size": "64MiB", "block_size": 4096},
               {"type": "malloc", "name": "Small", "size": "64MiB", "block_size": 512},
               {"type": "malloc", "name": "Packed", "size": "64MiB", "block_size": 512},
               {"type": "malloc", "name": "Fixed", "size": "64MiB", "block_size": 512}],
             "controllers": [
               {"type": "blk", "name": "big", "bdev": "Big", "num_queues": 2},
               {"type": "blk", "name": "small", "bdev": "Small", "num_queues": 1},
               {"type": "blk", "name": "packed", "bdev": "Packed", "num_queues": 2, "packed_ring": true},
               {"type": "blk", "name": "fixed", "bdev": "Fixed", "readonly": true}]}
            """;

    private Product product;

    @BeforeAll
    void startProduct() throws IOException, InterruptedException {
        product = new Product();
        product.start("-c", product.write("c.json", CONFIGURATION).toString());
    }

    @AfterAll
    void stopProduct() throws IOException, InterruptedException {
        try (Product ended = product) {
            assertThat(ended.stop()).as(product.log()).isZero();
        }
    }

    /** What the product has to say about a failure is gone when it ends. */
    private void run(FrontendConformance conformance, FrontendProfile profile) throws IOException {
        try {
            conformance.run(profile);
        } catch (IOException | RuntimeException e) {
            throw new IOException(e + ", and the product says:\n" + product.log(), e);
        }
    }

    @ParameterizedTest
    @EnumSource(FrontendProfile.class)
    void shouldServeEachFrontEndOnTwoQueuesAndLargeBlocks(FrontendProfile profile) throws IOException {
        run(new FrontendConformance(product.socket("big"), Expectations.of(SIZE, 4096, 2)), profile);
    }

    /** Each that knows them, and no other takes them; with an odd size, which split rings cannot have. */
    @ParameterizedTest
    @EnumSource(FrontendProfile.class)
    void shouldServeFrontEndsOnPackedRings(FrontendProfile profile) throws IOException {
        SessionOptions options = SessionOptions.DEFAULT.withPackedRings();
        try (FrontendSession session = profile.open(product.socket("packed"), options)) {
            assertThat(session.has(DeviceFeatures.RING_PACKED)).isEqualTo(profile.canPack());
        }
        if (!profile.canPack()) {
            return;
        }
        for (int size : new int[] {0, 99}) {
            run(
                    new FrontendConformance(product.socket("packed"), Expectations.of(SIZE, 512, 2))
                            .with(options.withQueueSize(size)),
                    profile);
        }
    }

    @ParameterizedTest
    @EnumSource(FrontendProfile.class)
    void shouldServeEachFrontEndOnOneQueueAndSmallBlocks(FrontendProfile profile) throws IOException {
        run(new FrontendConformance(product.socket("small"), Expectations.of(SIZE, 512, 1)), profile);
    }

    /** A driver need not wait until the device has opened its ring: it may be in the middle of its first chain then. */
    @Test
    void shouldServeADriverThatIsWritingWhileItsPackedRingIsOpened() throws IOException {
        SessionOptions options = SessionOptions.DEFAULT.withPackedRings();
        try (FrontendSession session = FrontendProfile.SPDK.connect(product.socket("packed"), options)) {
            session.makeQueues();
            BlockQueue queue = session.queues().get(0).blocks();
            long data = session.memory().allocate(SECTOR, SECTOR);
            int tag = queue.submit(BlockRequestType.IN, 0, data, SECTOR);
            session.start();
            // The answer comes after the rings were opened.
            session.connection().getFeatures();
            queue.flush();

            assertThat(queue.await()).as(product.log()).isEqualTo(tag);
            assertThat(queue.status(tag)).isZero();
        }
    }
}
