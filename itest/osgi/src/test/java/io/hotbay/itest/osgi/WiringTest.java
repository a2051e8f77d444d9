// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.frontend.FrontendConnection;
import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.linux.FileStatus;
import io.hotbay.target.Controller;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.service.cm.Configuration;

/** Whatever order configurations and bundles come in, the socket is there when everything is, and not before. */
class WiringTest {
    private static final String BDEV = "configuration of the bdev";
    private static final String CONTROLLER = "configuration of the controller";
    private static final List<String> BUNDLES =
            List.of("hugepages", "bdev-malloc", "reactor", "virtqueue", "virtio-blk", "vhost-user");
    private static final int SHUFFLES = 10;

    private TestTarget target;

    @BeforeEach
    void begin() throws IOException {
        target = new TestTarget();
    }

    @AfterEach
    void end() throws IOException {
        target.close();
    }

    static Stream<List<String>> orders() {
        List<String> bdevFirst = new ArrayList<>(List.of(BDEV, CONTROLLER));
        bdevFirst.addAll(BUNDLES);
        List<String> backwards = new ArrayList<>(bdevFirst);
        Collections.reverse(backwards);
        List<String> controllerFirst = new ArrayList<>(List.of(CONTROLLER, BDEV));
        controllerFirst.addAll(BUNDLES);
        Stream<List<String>> shuffled = LongStream.range(0, SHUFFLES).mapToObj(seed -> {
            List<String> order = new ArrayList<>(bdevFirst);
            Collections.shuffle(order, new Random(seed));
            return order;
        });
        return Stream.concat(Stream.of(bdevFirst, backwards, controllerFirst), shuffled);
    }

    @ParameterizedTest
    @MethodSource("orders")
    void shouldListenWhenEverythingIsThereAndSayBeforeWhatIsMissing(List<String> order) throws IOException {
        List<String> stops = new ArrayList<>(BUNDLES);
        Collections.shuffle(stops, new Random(order.hashCode()));
        stops.forEach(Framework::stop);
        Set<String> present = new HashSet<>();

        for (String step : order) {
            perform(step);
            present.add(step);
            assertWhatIsThere(present);
        }

        assertThat(present).hasSize(BUNDLES.size() + 2);
        try (FrontendSession session = FrontendProfile.QEMU_7_2.open(target.socket("wired"))) {
            assertThat(session.driver(0).identify().text()).isEqualTo("wired");
        }
    }

    private void perform(String step) throws IOException {
        switch (step) {
            case BDEV -> target.configureBdev("malloc", "Wired", Map.of("size", "1MiB"));
            case CONTROLLER -> target.configureController("wired", "Wired");
            default -> Framework.start(step);
        }
    }

    private void assertWhatIsThere(Set<String> present) throws IOException {
        if (!present.containsAll(Set.of(CONTROLLER, "vhost-user"))) {
            assertThat(Framework.references(Controller.class, TestTarget.controllerFilter("wired")))
                    .isEmpty();
            assertThat(target.socket("wired")).doesNotExist();
            return;
        }
        String missing = firstMissing(present);
        if (missing.isEmpty()) {
            assertThat(target.awaitListening("wired").queues()).isEqualTo(2);
            assertThat(FileStatus.of(target.socket("wired")).isSocket()).isTrue();
            return;
        }
        target.awaitWaiting("wired", missing);
        assertThat(target.socket("wired")).doesNotExist();
    }

    /** What the controller is to complain of first, or nothing. */
    private static String firstMissing(Set<String> present) {
        if (!present.containsAll(Set.of(BDEV, "hugepages", "bdev-malloc"))) {
            return "bdev Wired";
        }
        if (!present.contains("virtio-blk")) {
            return "device type blk";
        }
        if (!present.contains("reactor")) {
            return "io.hotbay.reactor";
        }
        return present.contains("virtqueue") ? "" : "io.hotbay.virtqueue";
    }

    @ParameterizedTest
    @CsvSource({
        "hugepages, bdev Wired",
        "bdev-malloc, bdev Wired",
        "reactor, io.hotbay.reactor",
        "virtqueue, io.hotbay.virtqueue",
        "virtio-blk, device type blk"
    })
    void shouldTakeTheSocketAwayWhileABundleIsStopped(String bundle, String reason) throws IOException {
        target.configureBdev("malloc", "Wired", Map.of("size", "1MiB"));
        target.configureController("wired", "Wired");
        target.awaitListening("wired");

        Framework.stop(bundle);

        target.awaitWaiting("wired", reason);
        Await.asserted(() -> assertThat(target.socket("wired")).doesNotExist());

        Framework.start(bundle);

        target.awaitListening("wired");
        assertThat(FileStatus.of(target.socket("wired")).isSocket()).isTrue();
    }

    @Test
    void shouldLetFrontEndsConnectWhileItsOwnBundleIsStoppedAndServeThemAfterwards() throws IOException {
        target.configureBdev("null", "Wired", Map.of("size", "1MiB"));
        target.configureController("wired", "Wired");
        target.awaitListening("wired");

        Framework.stop("vhost-user");

        assertThat(FileStatus.of(target.socket("wired")).isSocket()).isTrue();
        try (FrontendConnection waiting = FrontendConnection.connect(target.socket("wired"))) {
            Framework.start("vhost-user");

            target.awaitListening("wired");
            assertThat(waiting.getQueueNum()).isPositive();
        }
    }

    @Test
    void shouldWaitForABdevThatIsDeletedAndTakeAnotherOfThatName() throws IOException {
        Configuration bdev = target.configureBdev("malloc", "Wired", Map.of("size", "1MiB"));
        target.configureController("wired", "Wired");
        target.awaitListening("wired");

        bdev.delete();

        target.awaitWaiting("wired", "bdev Wired");
        Await.asserted(() -> assertThat(target.socket("wired")).doesNotExist());

        target.configureBdev("null", "Wired", Map.of("size", "2MiB"));

        target.awaitListening("wired");
        try (FrontendSession session = FrontendProfile.QEMU_7_2.open(target.socket("wired"))) {
            assertThat(session.config().capacity()).isEqualTo(4096);
        }
    }
}
