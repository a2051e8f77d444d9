// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import static io.hotbay.vhostuser.internal.testing.Eventually.eventually;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.longs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.target.ControllerStatus.State;
import io.hotbay.vhostuser.internal.testing.FrontEnd;
import io.hotbay.vhostuser.internal.testing.GuestRing;
import io.hotbay.vhostuser.internal.wire.MessageType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Something stays away for longer than requests are held. */
class HoldTimeoutTest {
    private static final long MINUTE = TimeUnit.SECONDS.toNanos(60);
    private static final int NEEDS_RESET = 64;

    @TempDir
    private Path directory;

    private ControllerBench bench;

    @BeforeEach
    void begin() throws IOException {
        bench = new ControllerBench(directory);
        bench.device = null;
    }

    @AfterEach
    void end() throws InterruptedException {
        bench.close();
    }

    private static long status(FrontEnd frontEnd) throws IOException {
        return frontEnd.ask(MessageType.GET_STATUS, longs()).u64();
    }

    private String reason() {
        return bench.exported.status().reason();
    }

    private void change(UnaryOperator<ControllerServices> change) {
        bench.exported.change(change);
    }

    @Test
    void shouldGoOnWithADiskThatFailsUntilTheBdevIsBack() throws IOException {
        bench.openWithAll();
        try (FrontEnd frontEnd = bench.connect();
                GuestRing ring = new GuestRing(0, bench.memory)) {
            bench.start(frontEnd, ring, 0);
            bench.unbindBdev();
            ring.submit(2);
            bench.alarm.pass(MINUTE - 1);
            frontEnd.synchronise();
            assertThat(ring.used()).isZero();
            assertThat(reason()).isEqualTo("waits for bdev Malloc0");

            bench.alarm.pass(1);

            ring.awaitUsed(2);
            assertThat(bench.bdevs.get(bench.bdevs.size() - 1)).isInstanceOf(FailingBdev.class);
            assertThat(bench.exported.status().state()).isEqualTo(State.WAITING);
            assertThat(reason())
                    .isEqualTo("waits for bdev Malloc0, which has been away for longer than hold_timeout allows:"
                            + " requests get I/O errors until it is back");
            assertThat(frontEnd.firstOfConfig()).as("it is no removal").isEqualTo(7);
            ring.submit(1);
            ring.awaitUsed(3);

            bench.bindBdev();
            assertThat(bench.bdevs.get(bench.bdevs.size() - 1)).isSameAs(bench.bdev);
            assertThat(bench.exported.status().state()).isEqualTo(State.LISTENING);
            assertThat(reason()).isEmpty();
            ring.submit(1);
            ring.awaitUsed(4);
            assertThat(bench.alarm.count()).isZero();

            // the next time counts anew
            bench.unbindBdev();
            ring.submit(1);
            bench.alarm.pass(MINUTE - 1);
            frontEnd.synchronise();
            assertThat(ring.used()).isEqualTo(4);
        }
    }

    @Test
    void shouldTurnIntoARemovalWhenTheConfigurationIsDeletedThen() throws IOException {
        bench.openWithAll();
        try (FrontEnd frontEnd = bench.connect();
                GuestRing ring = new GuestRing(0, bench.memory)) {
            bench.start(frontEnd, ring, 0);
            bench.unbindBdev();
            bench.alarm.pass(MINUTE);
            bench.exported.bdevDeleted(ControllerBench.PID);
            assertThat(frontEnd.firstOfConfig()).isZero();
            assertThat(reason()).contains("has been deleted");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"deviceType", "virtqueues", "reactors"})
    void shouldBreakTheRingsWhenNobodyCanAnswerAndStartThemAnewAfterwards(String service) throws IOException {
        bench.openWithAll();
        try (FrontEnd frontEnd = bench.connect();
                GuestRing ring = new GuestRing(0, bench.memory);
                GuestRing other = new GuestRing(1, bench.memory)) {
            bench.start(frontEnd, ring, 0);
            frontEnd.tell(MessageType.SET_VRING_ERR, ring.withDescriptor(), ring.error());
            other.start(frontEnd, 0);
            frontEnd.synchronise();
            change(services -> without(services, service));
            ring.submit(3);
            frontEnd.tell(MessageType.SET_STATUS, longs(15));
            assertThat(status(frontEnd)).isEqualTo(15);

            bench.alarm.pass(MINUTE);

            ring.awaitError();
            assertThat(status(frontEnd)).isEqualTo(15 | NEEDS_RESET);
            assertThat(reason())
                    .matches("waits for .*; after 60 s \\(hold_timeout\\) the rings are broken until it is over");
            assertThat(bench.exported.status().sessions().get(0).queues())
                    .allSatisfy(queue -> assertThat(queue.fault()).isEqualTo(reason()));
            eventually("log", () -> bench.log.lines().stream().anyMatch(line -> line.contains("is broken")));
            assertThat(ring.used()).isZero();

            change(services -> bench.allServices());

            ring.awaitUsed(3);
            assertThat(status(frontEnd)).isEqualTo(15);
            assertThat(bench.exported.status().sessions().get(0).queues())
                    .allSatisfy(queue -> assertThat(queue.fault()).isEmpty());
        }
    }

    private static ControllerServices without(ControllerServices services, String service) {
        return switch (service) {
            case "deviceType" -> services.withDeviceType(null);
            case "virtqueues" -> services.withVirtqueues(null);
            default -> services.withReactors(null);
        };
    }

    @Test
    void shouldHoldAnewWhatStandsStillOverABdevThatWasGivenUp() throws IOException {
        bench.openWithAll();
        try (FrontEnd frontEnd = bench.connect();
                GuestRing ring = new GuestRing(0, bench.memory)) {
            bench.start(frontEnd, ring, 0);
            bench.unbindBdev();
            bench.alarm.pass(MINUTE);
            change(services -> services.withDeviceType(null));
            ring.submit(1);
            bench.alarm.pass(MINUTE - 1);
            assertThat(bench.exported.status().sessions().get(0).queues().get(0).fault())
                    .isEmpty();
            change(services -> services.withDeviceType(bench.type));
            ring.awaitUsed(1);
        }
    }

    @Test
    void shouldHoldForEverIfItIsToldSo() throws IOException {
        bench.openWith(Map.of("hold_timeout", "0"));
        try (FrontEnd frontEnd = bench.connect();
                GuestRing ring = new GuestRing(0, bench.memory)) {
            bench.start(frontEnd, ring, 0);
            bench.unbindBdev();
            ring.submit(1);
            bench.alarm.pass(MINUTE * 1000);
            frontEnd.synchronise();
            assertThat(ring.used()).isZero();
            bench.exported.configure(bench.settings(Map.of("hold_timeout", 5)));
            ring.awaitUsed(1);
        }
    }

    @Test
    void shouldNotCountWhileNobodyIsConnected() throws IOException {
        bench.openWithAll();
        bench.unbindBdev();
        assertThat(bench.alarm.count()).isZero();
        bench.bindBdev();
        try (FrontEnd frontEnd = bench.connect()) {
            frontEnd.synchronise();
            bench.unbindBdev();
            assertThat(bench.alarm.count()).isEqualTo(1);
        }
        eventually("alarm called off", () -> bench.alarm.count() == 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "86401", "soon", "1.5", "99999999999"})
    void shouldRefuseATimeThatIsNone(String text) {
        ControllerSettings settings = bench.settings(Map.of("hold_timeout", text));
        assertThatThrownBy(settings::holdTimeout)
                .hasMessage("controller vhostblk0: hold_timeout is \"" + text
                        + "\": must be a whole number of seconds from 0 (for ever) to 86400");
        bench.openWith(Map.of("hold_timeout", text));
        assertThat(bench.exported.status().state()).isEqualTo(State.FAILED);
        assertThat(reason()).contains("hold_timeout");
    }

    @Test
    void shouldSayWhatDoesNotDrain() throws Exception {
        bench.complain = Duration.ZERO;
        bench.openWith(Map.of());
        try (FrontEnd frontEnd = bench.connect();
                GuestRing ring = new GuestRing(0, bench.memory)) {
            bench.start(frontEnd, ring, 0);
            bench.devices.forEach(device -> device.hold(true));
            ring.submit(2);
            eventually("in flight", () -> bench.inFlight() == 2);
            CompletableFuture<Void> leaving = CompletableFuture.runAsync(bench::unbindBdev);
            eventually("reason", () -> !reason().isEmpty());
            assertThat(reason())
                    .matches("vhostblk0 session 0 ring 0 is to stop and has 2 requests under way in bdev Malloc0"
                            + " \\(Test disk\\): for \\d+ ms.*");
            bench.devices.forEach(device -> device.hold(false));
            leaving.get();
        }
    }
}
