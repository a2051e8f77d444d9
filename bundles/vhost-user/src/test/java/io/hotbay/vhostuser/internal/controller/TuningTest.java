// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.bdev.BlockType;
import io.hotbay.bdev.IoStatistics;
import io.hotbay.target.QueueStatistics;
import io.hotbay.vhostuser.internal.testing.FrontEnd;
import io.hotbay.vhostuser.internal.testing.GuestRing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be changed while rings run. */
class TuningTest {
    private static final Map<String, Object> HISTOGRAM = Map.of("histogram", true);

    @TempDir
    private Path directory;

    private ControllerBench bench;
    private FrontEnd frontEnd;
    private GuestRing ring;
    private int served;

    @BeforeEach
    void begin() throws IOException {
        bench = new ControllerBench(directory);
        bench.openWithAll();
        frontEnd = bench.connect();
        ring = new GuestRing(0, bench.memory);
        bench.start(frontEnd, ring, 0);
    }

    @AfterEach
    void end() throws InterruptedException, IOException {
        ring.close();
        frontEnd.close();
        bench.close();
    }

    private IoStatistics.Snapshot first() {
        QueueStatistics queue = bench.exported.statistics().get(0);
        assertThat(queue.session()).isZero();
        assertThat(queue.index()).isZero();
        return queue.io();
    }

    private void serve(int requests) {
        ring.submit(requests);
        served += requests;
        ring.awaitUsed(served);
    }

    @Test
    void shouldCountOverPauses() {
        serve(3);
        bench.unbindBdev();
        bench.bindBdev();
        serve(2);
        assertThat(first().requests()[BlockType.READ]).isEqualTo(5);
        assertThat(bench.exported.statistics()).hasSize(2);
        assertThat(bench.exported.statistics().get(1).io().requests()[BlockType.READ])
                .isZero();
    }

    @Test
    void shouldSwitchTheHistogramWithoutAPause() {
        serve(1);
        bench.exported.configure(bench.settings(HISTOGRAM));
        serve(2);
        assertThat(first().latency().count()).isEqualTo(2);
        assertThat(bench.exported.pauses()).isEmpty();
        assertThat(bench.exported.status().options()).isEqualTo(HISTOGRAM);
        bench.exported.configure(bench.settings(Map.of()));
        serve(1);
        assertThat(first().requests()[BlockType.READ]).isEqualTo(4);
        assertThat(first().latency().count()).isEqualTo(2);
        assertThat(bench.exported.pauses()).isEmpty();
    }

    @Test
    void shouldKeepItSwitchedOverPauses() {
        bench.exported.configure(bench.settings(HISTOGRAM));
        bench.unbindBdev();
        bench.bindBdev();
        serve(1);
        assertThat(first().latency().count()).isEqualTo(1);
    }

    @Test
    void shouldPauseForAnythingElse() {
        bench.exported.configure(bench.settings(Map.of("histogram", true, "readonly", true)));
        assertThat(bench.exported.pauses()).hasSize(1);
        serve(1);
        assertThat(first().latency().count()).isEqualTo(1);
    }
}
