// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.frontend.BlockQueue;
import io.hotbay.frontend.BlockRequestType;
import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SectorPattern;
import io.hotbay.frontend.SessionOptions;
import io.hotbay.memory.HugepageAllocator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bundles are stopped, started and updated under front-ends that are connected: their requests wait, none fails. Left out are the api
 * and linux bundles, with which these tests would be rewired too; they are for the tests of the product.
 */
class SwapTest {
    private static final int LENGTH = 4096;
    private static final int SECTORS = LENGTH / 512;
    /** A block that no load touches. */
    private static final long QUIET_SECTOR = 512L * SECTORS;

    private static final int SWAPS = 10;
    private static final int RANDOM_SWAPS = 30;
    private static final String SCR = "org.apache.felix.scr";
    private static final List<String> BUNDLES = List.of(
            "bdev-malloc",
            "bdev-uring",
            "bdev-null",
            "virtio-blk",
            "virtqueue",
            "vhost-user",
            "reactor",
            "hugepages",
            SCR);

    private final Map<String, FrontendSession> sessions = new LinkedHashMap<>();
    private TestTarget target;

    @BeforeEach
    void begin() throws IOException {
        target = new TestTarget();
    }

    @AfterEach
    void disconnect() throws IOException {
        try (TestTarget last = target) {
            sessions.values().forEach(FrontendSession::close);
            Framework.start(SCR);
            Framework.startAll();
            Await.asserted(() -> {
                for (String type : sessions.keySet()) {
                    assertThat(last.controller(type).status().sessions()).isEmpty();
                }
            });
        }
    }

    /** A disk of some type, a controller named after that, and a front-end. */
    private FrontendSession connect(String type) throws IOException {
        Map<String, Object> options = new HashMap<>(Map.of("size", "4MiB"));
        if (type.equals("uring")) {
            options.put("filename", target.file("disk.img").toString());
            options.put("create", true);
        }
        target.configureBdev(type, "Disk-" + type, options);
        target.configureController(type, "Disk-" + type);
        target.awaitListening(type);
        FrontendSession session =
                FrontendProfile.QEMU_7_2.open(target.socket(type), SessionOptions.DEFAULT.withQueues(2));
        sessions.put(type, session);
        return session;
    }

    private void assertStillTheFirstSessions() {
        for (String type : sessions.keySet()) {
            assertThat(target.awaitListening(type).sessions())
                    .singleElement()
                    .satisfies(status -> assertThat(status.id()).isZero());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bdev-malloc", "virtio-blk", "virtqueue", "vhost-user", "reactor", "hugepages", SCR})
    void shouldAnswerAfterwardsWhatWasAskedWhileABundleWasStopped(String bundle) throws IOException {
        FrontendSession session = connect("malloc");
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
        assertThat(target.socket("malloc")).exists();

        Framework.start(bundle);

        assertThat(List.of(queue.await(), queue.await())).containsExactlyInAnyOrder(readTag, writeTag);
        assertThat(queue.status(readTag)).isEqualTo(BlockRequestType.OK);
        assertThat(queue.status(writeTag)).isEqualTo(BlockRequestType.OK);
        assertThat(SectorPattern.matches(session.memory().window(read, LENGTH), 0, 0, LENGTH, 1))
                .isTrue();
        assertThat(session.driver(1).read(0, 2 * LENGTH).data())
                .startsWith(before)
                .endsWith(SectorPattern.of(SECTORS, LENGTH, 2));
        assertStillTheFirstSessions();
    }

    @ParameterizedTest
    @CsvSource({
        "bdev-malloc, malloc",
        "bdev-uring, uring",
        "bdev-null, null",
        "virtio-blk, malloc",
        "virtqueue, malloc",
        "vhost-user, malloc",
        "reactor, malloc",
        "hugepages, malloc",
        "org.apache.felix.scr, malloc"
    })
    void shouldLoseNoRequestWhileABundleIsSwapped(String bundle, String type) throws Exception {
        FrontendSession session = connect(type);
        boolean verified = !type.equals("null");
        byte[] content = SectorPattern.of(QUIET_SECTOR, LENGTH, 1);
        assertThat(session.driver(0).write(QUIET_SECTOR, content).isOk()).isTrue();
        List<String> leases = leases();

        try (Load load = new Load(session, verified)) {
            for (int swap = 0; swap < SWAPS; swap++) {
                swap(bundle, swap % 2 == 0);
                load.awaitProgress();
            }
        }

        assertStillTheFirstSessions();
        if (verified) {
            assertThat(session.driver(1).read(QUIET_SECTOR, LENGTH).data()).isEqualTo(content);
        }
        assertThat(leases()).isEqualTo(leases);
    }

    private static List<String> leases() {
        return Framework.service(HugepageAllocator.class).leases().stream()
                .map(lease -> lease.name() + " " + lease.size() + " " + lease.pageSize())
                .toList();
    }

    private static void swap(String bundle, boolean update) throws InterruptedException {
        if (update) {
            Framework.update(bundle);
        } else {
            Framework.stop(bundle);
            Framework.start(bundle);
        }
    }

    @Test
    void shouldLoseNoRequestWhileBundlesAreSwappedInAnyOrder() throws Exception {
        Random random = new Random(20);
        List<String> done = new ArrayList<>();
        try (Load malloc = new Load(connect("malloc"));
                Load uring = new Load(connect("uring"));
                Load none = new Load(connect("null"), false)) {
            for (int swap = 0; swap < RANDOM_SWAPS; swap++) {
                String bundle = BUNDLES.get(random.nextInt(BUNDLES.size()));
                boolean update = random.nextBoolean();
                done.add((update ? "update " : "stop and start ") + bundle);
                swap(bundle, update);
                // Not always: the next swap may come while things still settle.
                if (random.nextInt(3) > 0) {
                    List.of(malloc, uring, none).forEach(Load::awaitProgress);
                }
            }
            List.of(malloc, uring, none).forEach(Load::awaitProgress);
        } catch (AssertionError | Exception e) {
            throw new AssertionError("after " + done, e);
        }
        assertStillTheFirstSessions();
    }
}
