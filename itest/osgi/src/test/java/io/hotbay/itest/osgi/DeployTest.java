// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static io.hotbay.itest.osgi.DeployBench.MALLOC;
import static io.hotbay.itest.osgi.DeployBench.PLAIN;
import static io.hotbay.itest.osgi.DeployBench.SAFE;
import static io.hotbay.itest.osgi.DeployBench.deployment;
import static io.hotbay.itest.osgi.DeployBench.history;
import static io.hotbay.itest.osgi.DeployBench.lastSwap;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.deploy.Swap;
import io.hotbay.deploy.Swap.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.Version;

/** Bundles are replaced through io.hotbay.deploy, under a front-end that is connected. */
class DeployTest {
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
    void shouldUpdateABackendUnderLoad() throws Exception {
        Path newer = ChangedBundle.of(MALLOC).version("99.0.0").write(bench.target.file("newer.jar"));

        Swap swap;
        try (Load load = new Load(bench.session)) {
            load.awaitProgress();
            swap = deployment().update(MALLOC, newer.toString(), SAFE);
            load.awaitProgress();
        }

        assertThat(swap.outcome()).isEqualTo(Outcome.DONE);
        assertThat(swap.from()).isEqualTo(bench.version.toString());
        assertThat(swap.to()).isEqualTo("99.0.0");
        assertThat(Framework.bundle(MALLOC).getVersion()).isEqualTo(new Version("99.0.0"));
        assertThat(lastSwap()).isEqualTo(swap);
        bench.assertStillTheFirstSession();
    }

    @Test
    void shouldUpdateFromWhereABundleWasInstalledFrom() throws Exception {
        try (Load load = new Load(bench.session)) {
            assertThat(deployment().update("virtio-blk", null, PLAIN).outcome()).isEqualTo(Outcome.DONE);
            load.awaitProgress();
        }
        bench.assertStillTheFirstSession();
    }

    @Test
    void shouldReplaceItself() throws Exception {
        try (Load load = new Load(bench.session)) {
            replaceUnderneath("io.hotbay.deploy");
            load.awaitProgress();
        }
        bench.assertStillTheFirstSession();
    }

    @Test
    void shouldReplaceTheShellThatAskedForIt() throws Exception {
        Path same = ChangedBundle.of("shell").write(bench.target.file("same.jar"));
        int swaps = history().size();

        try (Shell shell = new Shell()) {
            assertThat(shell.run("deploy:list")).contains("io.hotbay.shell");
            assertThat(shell.run("deploy:update shell " + same)).contains("is under way: deploy:history");
        }

        Await.asserted(() -> assertThat(history()).hasSize(swaps + 1));
        assertThat(lastSwap().bundle()).isEqualTo("io.hotbay.shell");
        assertThat(lastSwap().reason()).isEmpty();
    }

    @Test
    void shouldReplaceTheComponentRuntimeThatItDependsOn() throws Exception {
        try (Load load = new Load(bench.session)) {
            replaceUnderneath("org.apache.felix.scr");
            load.awaitProgress();
        }
        bench.assertStillTheFirstSession();
    }

    /** The instance that is asked does not see the end; the next one writes it down. */
    private void replaceUnderneath(String name) throws Exception {
        Bundle bundle = Framework.bundles().stream()
                .filter(each -> each.getSymbolicName().equals(name))
                .findFirst()
                .orElseThrow();
        Path same = ChangedBundle.of(bundle).write(bench.target.file("same.jar"));

        Swap begun = deployment().update(name, same.toString(), SAFE);

        assertThat(begun.outcome()).isEqualTo(Outcome.UNDER_WAY);
        Await.asserted(() -> assertThat(history()).anySatisfy(swap -> {
            assertThat(swap.start()).isEqualTo(begun.start());
            assertThat(swap.reason()).isEmpty();
            assertThat(swap.outcome()).isEqualTo(Outcome.DONE);
        }));
    }

    @Test
    void shouldDoAllThatWithCommands() throws Exception {
        Path newer = ChangedBundle.of(MALLOC).version("99.0.0").write(bench.target.file("newer.jar"));
        try (Shell shell = new Shell()) {
            assertThat(shell.run("deploy:list")).containsPattern("io.hotbay.bdev-malloc +\\S+ +active +2 +\\d+");
            assertThat(shell.run("deploy:plan bdev-malloc")).containsPattern("swapped +2 +bdev Swapped");
            assertThat(shell.run("deploy:update --safe bdev-malloc " + newer))
                    .contains("io.hotbay.bdev-malloc " + bench.version + " -> 99.0.0 in ");
            assertThat(shell.run("deploy:history -n 1"))
                    .containsPattern("io.hotbay.bdev-malloc +\\S+ +99.0.0 +\\d+ .* done");
        }
    }
}
