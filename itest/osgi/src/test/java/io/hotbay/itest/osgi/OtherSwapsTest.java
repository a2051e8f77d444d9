// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static io.hotbay.itest.osgi.DeployBench.MALLOC;
import static io.hotbay.itest.osgi.DeployBench.PLAIN;
import static io.hotbay.itest.osgi.DeployBench.deployment;
import static io.hotbay.itest.osgi.DeployBench.history;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.deploy.Swap;
import io.hotbay.deploy.Swap.Outcome;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;

/** Bundles are replaced without io.hotbay.deploy, under a front-end that is connected; its history has them too. */
class OtherSwapsTest {
    private DeployBench bench;

    @BeforeEach
    void connect() throws IOException {
        bench = new DeployBench();
        bench.connect();
    }

    @AfterEach
    void disconnect() throws Exception {
        bench.close();
    }

    @Test
    void shouldMeasureAnUpdate() throws Exception {
        try (Load load = new Load(bench.session)) {
            load.awaitProgress();
            Framework.update(MALLOC);
            load.awaitProgress();
        }

        Swap swap = awaitSwap("io.hotbay.bdev-malloc");

        assertThat(swap.rings()).isEqualTo(2);
        assertThat(swap.requests()).isPositive();
        assertThat(swap.longestPauseMicros()).isPositive();
        assertThat(swap.outcome()).isEqualTo(Outcome.DONE);
        assertThat(swap.from()).isEqualTo(bench.version.toString());
        assertThat(swap.to()).isEqualTo(bench.version.toString());
    }

    @Test
    void shouldMeasureAStopThatLasts() throws Exception {
        Framework.stop("virtio-blk");
        assertThat(history()).isEmpty();
        Framework.start("virtio-blk");

        assertThat(awaitSwap("io.hotbay.virtio-blk").rings()).isEqualTo(2);
    }

    /** Rings stand still before it is noticed: components hear first that a bundle stops. */
    @Test
    void shouldMeasureAPauseThatBeganBeforeTheGuardHeardOfIt() throws Exception {
        Framework.stop("guard");
        Framework.start("guard");
        Framework.stop("virtio-blk");
        Framework.start("virtio-blk");

        assertThat(awaitSwap("io.hotbay.virtio-blk").rings()).isEqualTo(2);
    }

    @Test
    void shouldTakeWhatIsRewiredForPartOfTheSwap() throws Exception {
        try (Load load = new Load(bench.session)) {
            load.awaitProgress();
            Framework.update("keeper");
            load.awaitProgress();
        }

        Await.asserted(() -> assertThat(history())
                .isNotEmpty()
                .allSatisfy(swap -> assertThat(swap.bundle()).isEqualTo("io.hotbay.keeper"))
                .anySatisfy(swap -> assertThat(swap.rings()).isEqualTo(2)));
        bench.assertStillTheFirstSession();
    }

    @Test
    void shouldNotCountItsOwnSwapsTwice() throws Exception {
        deployment().update("virtio-blk", null, PLAIN);
        Framework.stop("bdev-null");
        Framework.start("bdev-null");
        awaitSwap("io.hotbay.bdev-null");

        assertThat(history()).extracting(Swap::bundle).containsExactly("io.hotbay.virtio-blk", "io.hotbay.bdev-null");
    }

    /** Without it nobody could: the shell is made of components too. */
    @Test
    void shouldStartTheComponentRuntimeAgain() throws Exception {
        try (Load load = new Load(bench.session)) {
            load.awaitProgress();
            Framework.stop("org.apache.felix.scr");
            Await.asserted(
                    () -> assertThat(Framework.bundle("org.apache.felix.scr").getState())
                            .isEqualTo(Bundle.ACTIVE));
            load.awaitProgress();
        }

        assertThat(awaitSwap("org.apache.felix.scr").rings()).isEqualTo(2);
        bench.assertStillTheFirstSession();
    }

    private static Swap awaitSwap(String bundle) {
        return Await.value(() -> {
            List<Swap> swaps = history().stream()
                    .filter(swap -> swap.bundle().equals(bundle))
                    .toList();
            assertThat(swaps).isNotEmpty();
            return swaps.get(swaps.size() - 1);
        });
    }
}
