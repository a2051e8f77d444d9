// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import static io.hotbay.vhostuser.internal.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.vhostuser.internal.testing.FrontEnd;
import io.hotbay.vhostuser.internal.testing.GuestRing;
import io.hotbay.vhostuser.internal.testing.TestReactors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queues move to other cores while a front-end uses them. */
class MoveTest {
    @TempDir
    private Path directory;

    private ControllerBench bench;
    private TestReactors reactors;
    private FrontEnd frontEnd;
    private GuestRing ring;

    @BeforeEach
    void begin() throws IOException {
        bench = new ControllerBench(directory);
        reactors = new TestReactors(2);
        export("");
    }

    private void export(String cores) throws IOException {
        bench.export(bench.settings("vhostblk0", "sockets", "0600", cores, Map.of()));
        bench.openWithAll();
        bench.exported.change(services -> services.withReactors(reactors));
    }

    private void connect() throws IOException {
        frontEnd = bench.connect();
        ring = new GuestRing(0, bench.memory);
        bench.start(frontEnd, ring, 0);
        ring.submit(1);
        ring.awaitUsed(1);
    }

    @AfterEach
    void end() throws Exception {
        if (ring != null) {
            ring.close();
            frontEnd.close();
        }
        bench.close();
        reactors.close();
    }

    private int core() {
        return bench.exported.status().sessions().get(0).queues().get(0).core();
    }

    @Test
    void shouldRunAQueueOnAnotherCore() throws IOException {
        connect();
        assertThat(core()).isZero();
        bench.exported.move(0, 1);
        assertThat(core()).isEqualTo(1);
        assertThat(reactors.reactor(0).pollers()).isEmpty();
        assertThat(reactors.reactor(0).watched()).isEmpty();
        ring.submit(2);
        ring.awaitUsed(3);
    }

    @Test
    void shouldCompleteWhatIsUnderWayFirst() throws IOException {
        connect();
        bench.device.hold(true);
        ring.submit(4);
        eventually("in flight", () -> bench.inFlight() == 4);
        CompletableFuture<Void> moving = CompletableFuture.runAsync(() -> bench.exported.move(0, 1));
        bench.device.hold(false);
        moving.join();
        assertThat(ring.used()).isEqualTo(5);
        ring.submit(1);
        ring.awaitUsed(6);
    }

    @Test
    void shouldStayThereAfterAPause() throws IOException {
        connect();
        bench.exported.move(0, 1);
        bench.unbindBdev();
        bench.bindBdev();
        ring.submit(1);
        ring.awaitUsed(2);
        assertThat(core()).isEqualTo(1);
    }

    @Test
    void shouldGoElsewhereWhenThatCoreHasNoReactorAnyMore() throws Exception {
        connect();
        bench.exported.move(0, 1);
        try (TestReactors others = new TestReactors(1)) {
            bench.exported.change(services -> services.withReactors(others));
            ring.submit(1);
            ring.awaitUsed(2);
            assertThat(core()).isZero();
            bench.exported.change(services -> services.withReactors(reactors));
        }
    }

    @Test
    void shouldRefuseWhatIsNotThere() throws IOException {
        assertThatThrownBy(() -> bench.exported.move(0, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no front-end is connected to vhostblk0");
        connect();
        assertThatThrownBy(() -> bench.exported.move(2, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no queue 2: its queues are 0 to 1");
        assertThatThrownBy(() -> bench.exported.move(0, 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no reactor");
        bench.unbindBdev();
        assertThatThrownBy(() -> bench.exported.move(0, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("bdev Malloc0");
        bench.bindBdev();
        ring.submit(1);
        ring.awaitUsed(2);
        assertThat(core()).isZero();
    }

    @Test
    void shouldRefuseACoreThatIsNotTheControllers() throws IOException {
        bench.exported.configure(bench.settings("vhostblk0", "sockets", "0600", "0x1", Map.of()));
        connect();
        assertThatThrownBy(() -> bench.exported.move(0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("core 1 is not among the cores of vhostblk0, 0");
    }
}
