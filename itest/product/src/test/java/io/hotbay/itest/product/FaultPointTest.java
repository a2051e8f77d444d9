// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.frontend.BlockQueue;
import io.hotbay.frontend.BlockRequestType;
import io.hotbay.frontend.BlockResult;
import io.hotbay.frontend.DeviceFeatures;
import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendQueue;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.InflightRegion;
import io.hotbay.frontend.MortalDevice;
import io.hotbay.frontend.PackedInflightRecord;
import io.hotbay.frontend.SectorPattern;
import io.hotbay.frontend.SessionOptions;
import io.hotbay.frontend.SplitInflightRecord;
import io.hotbay.linux.Mapping;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rings and in-flight regions as a target leaves them that is killed at each single step of taking and answering requests
 * (vhost-user, "Inflight I/O tracking"): all that was not answered is executed, in the order in which it had been taken, and
 * answered once; nothing that was answered is executed again.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultPointTest {
    private static final int RING = 32;
    private static final int BLOCK = 4096;
    private static final int SECTORS = BLOCK / 512;
    /** The driver's requests, and how many of them the device takes before it returns any. */
    private static final int REQUESTS = 6;

    private static final int TAKEN = 5;
    /** What it returns together, by the order of takes: never the oldest first. */
    private static final int[][] BATCHES = {{1, 3}, {0}};
    /** More steps than any device has in it; the test demands that the last one lived. */
    private static final int MOST_STEPS = 200;

    /** Descriptors of a request. */
    private static final int CHAIN = 3;

    private Product product;
    private long salt;

    @BeforeAll
    void startProduct() throws Exception {
        product = new Product().start();
        product.execute(
                "bdev:create malloc Split size=1MiB block_size=4096; vhost:create-blk split Split num_queues=1",
                "bdev:create malloc Packed size=1MiB block_size=4096",
                "vhost:create-blk packed Packed num_queues=1 packed_ring=true");
    }

    @AfterAll
    void stopProduct() throws IOException {
        product.close();
    }

    /** The argument is where the used index begins: the wrap comes in the middle of what is watched, or not at all. */
    @ParameterizedTest
    @ValueSource(ints = {0, 65533 - REQUESTS})
    void shouldGoOnAfterADeathAtAnyStepOnASplitRing(int usedIndex) throws IOException {
        SessionOptions options = SessionOptions.DEFAULT.withQueueSize(RING);
        assertThat(dieAtEachStep("split", options, queue -> queue.splitRing().startAt(usedIndex)))
                .as("steps of the device")
                .isGreaterThan(20);
    }

    /** The argument is the slot where it begins: the ring's end comes in the middle of what is watched, or before. */
    @ParameterizedTest
    @ValueSource(ints = {RING - REQUESTS * CHAIN, RING - REQUESTS * CHAIN - 4})
    void shouldGoOnAfterADeathAtAnyStepOnAPackedRing(int slot) throws IOException {
        SessionOptions options = SessionOptions.DEFAULT.withQueueSize(RING).withPackedRings();
        assertThat(dieAtEachStep("packed", options, queue -> queue.packedRing().startAt(slot, true)))
                .as("steps of the device")
                .isGreaterThan(60);
    }

    private interface Preparation {
        void prepare(FrontendQueue queue);
    }

    private int dieAtEachStep(String disk, SessionOptions options, Preparation preparation) throws IOException {
        int steps = 1;
        while (!revive(disk, options.without(DeviceFeatures.INDIRECT_DESC), steps, preparation)) {
            steps++;
            assertThat(steps).isLessThan(MOST_STEPS);
        }
        return steps;
    }

    /** One life after a death; returns whether the device before had done all it was to do. */
    private boolean revive(String disk, SessionOptions options, int steps, Preparation preparation) throws IOException {
        salt++;
        try (FrontendSession session = FrontendProfile.QEMU_10.connect(product.socket(disk), options)) {
            session.makeQueues();
            FrontendQueue queue = session.queues().get(0);
            preparation.prepare(queue);
            int bytes = options.packed() ? PackedInflightRecord.bytes(RING) : SplitInflightRecord.bytes(RING);
            InflightRegion region = InflightRegion.create(1, RING, bytes);
            session.keepInflight(region);
            long data = session.memory().allocate((long) BLOCK * REQUESTS, BLOCK);
            try (Mapping record = region.map()) {
                MortalDevice device = MortalDevice.of(queue, record);
                shuffle(queue.blocks(), device, data);
                List<Integer> tags = submitWrites(session, queue.blocks(), data);
                device.dieAfter(steps);
                boolean lived = device.live(TAKEN, BATCHES);
                queue.guessBase();
                session.start();
                String when = disk + ", dead after step " + steps;
                checkAnswers(queue.blocks(), tags, device.published(), when);
                checkContent(session, device.published(), when);
                session.stop();
                return lived;
            }
        }
    }

    /** Has ids and entries change places, so that neither is in the order of takes any more. */
    private static void shuffle(BlockQueue blocks, MortalDevice device, long data) throws IOException {
        for (int i = 0; i < REQUESTS; i++) {
            blocks.submit(BlockRequestType.OUT, 0, data, BLOCK);
        }
        blocks.flush();
        assertThat(device.live(REQUESTS, new int[][] {{5}, {2, 0}, {4}, {1}, {3}}))
                .isTrue();
        for (int i = 0; i < REQUESTS; i++) {
            assertThat(blocks.reap()).isNotNegative();
        }
    }

    private List<Integer> submitWrites(FrontendSession session, BlockQueue blocks, long data) {
        List<Integer> tags = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            long at = data + (long) BLOCK * i;
            SectorPattern.fill(session.memory().window(at, BLOCK), 0, sector(i), BLOCK, salt(i));
            tags.add(blocks.submit(BlockRequestType.OUT, sector(i), at, BLOCK));
        }
        blocks.flush();
        return tags;
    }

    /** The third and the fifth request go to the same block. */
    private static long sector(int request) {
        return request == 4 ? sector(2) : (long) SECTORS * request;
    }

    private long salt(int request) {
        return salt * REQUESTS + request;
    }

    private static List<Integer> returned(int count) {
        List<Integer> all = new ArrayList<>();
        for (int[] batch : BATCHES) {
            for (int request : batch) {
                all.add(request);
            }
        }
        return all.subList(0, count);
    }

    private static void checkAnswers(BlockQueue blocks, List<Integer> tags, int published, String when)
            throws IOException {
        List<Integer> expected = new ArrayList<>();
        returned(published).forEach(request -> expected.add(tags.get(request)));
        tags.stream().filter(tag -> !expected.contains(tag)).forEach(expected::add);
        List<Integer> answered = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            int tag = blocks.await();
            answered.add(tag);
            boolean byTheDead = i < published;
            assertThat(blocks.status(tag))
                    .as("%s: status of answer %d", when, i)
                    .isEqualTo(byTheDead ? BlockQueue.NO_STATUS : BlockRequestType.OK);
        }
        assertThat(answered).as(when).isEqualTo(expected);
        assertThat(blocks.staysIdle(1)).as("%s: no answer comes twice", when).isTrue();
    }

    /** The device that died wrote nothing to the disk: what it had answered must not be there now. */
    private void checkContent(FrontendSession session, int published, String when) throws IOException {
        List<Integer> done = returned(published);
        for (int request : new int[] {0, 1, 3, 4, 5}) {
            BlockResult read = session.driver(0).read(sector(request), BLOCK);
            boolean there = Arrays.equals(read.data(), SectorPattern.of(sector(request), BLOCK, salt(request)));
            assertThat(read.isOk()).as(when).isTrue();
            assertThat(there)
                    .as("%s: write %d was executed by the target", when, request)
                    .isEqualTo(!done.contains(request));
        }
    }
}
