// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static io.hotbay.itest.osgi.DeployBench.MALLOC;
import static io.hotbay.itest.osgi.DeployBench.deployment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.deploy.BundleStatus;
import io.hotbay.deploy.SwapPlan;
import io.hotbay.target.TargetException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What io.hotbay.deploy tells of bundles and of what an update would touch. */
class DeployPlanTest {
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
    void shouldListBundlesWithWhatDependsOnThem() {
        List<BundleStatus> bundles = deployment().bundles();

        assertThat(bundles).hasSameSizeAs(Framework.bundles());
        assertThat(status(bundles, "io.hotbay.bdev-malloc")).satisfies(malloc -> {
            assertThat(malloc.state()).isEqualTo("active");
            assertThat(malloc.version()).isEqualTo(bench.version.toString());
            assertThat(malloc.rings()).isEqualTo(2);
            assertThat(malloc.dependents()).contains("io.hotbay.vhost-user");
        });
        assertThat(status(bundles, "io.hotbay.bdev-null").rings()).isZero();
        assertThat(status(bundles, "io.hotbay.api").dependents()).contains("io.hotbay.shell", "io.hotbay.bdev-null");
    }

    private static BundleStatus status(List<BundleStatus> bundles, String name) {
        return bundles.stream()
                .filter(bundle -> bundle.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "bdev-malloc, bdev Swapped",
        "virtio-blk, device type blk",
        "virtqueue, virtqueues",
        "reactor, reactors",
        "hugepages, hugepage allocator",
        "vhost-user, transport"
    })
    void shouldTellWhyAControllerWouldPause(String bundle, String cause) throws Exception {
        SwapPlan plan = deployment().plan(bundle);

        assertThat(plan.bundle()).isEqualTo(Framework.OWN + bundle);
        assertThat(plan.rings()).isEqualTo(2);
        assertThat(plan.controllers()).singleElement().satisfies(touched -> {
            assertThat(touched.controller()).isEqualTo("swapped");
            assertThat(touched.causes()).contains(cause);
        });
    }

    @Test
    void shouldTellThatTheApiTouchesEverything() throws Exception {
        SwapPlan plan = deployment().plan("api");

        assertThat(plan.rewired()).contains("io.hotbay.vhost-user", "io.hotbay.deploy", "io.hotbay.bdev-null");
        assertThat(plan.controllers()).singleElement().satisfies(touched -> assertThat(touched.causes())
                .contains("bdev Swapped", "device type blk", "virtqueues", "reactors", "transport"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bdev-null", "kata", "shell"})
    void shouldTellThatNoControllerWouldPause(String bundle) throws Exception {
        assertThat(deployment().plan(bundle).controllers()).isEmpty();
    }

    @Test
    void shouldNameOnlyTheControllersOfABdevThatWouldPause() throws Exception {
        bench.target.configureBdev("null", "Other", Map.of("size", "4MiB"));
        bench.target.configureController("other", "Other");
        bench.target.awaitListening("other");

        assertThat(deployment().plan(MALLOC).controllers())
                .extracting(SwapPlan.Touched::controller)
                .containsExactly("swapped");
        assertThat(deployment().plan("bdev-null").controllers())
                .extracting(SwapPlan.Touched::controller)
                .containsExactly("other");
        assertThat(deployment().plan("virtqueue").controllers())
                .extracting(SwapPlan.Touched::controller)
                .containsExactly("other", "swapped");
    }

    @Test
    void shouldNotKnowABundleThatIsNotThere() {
        assertThatThrownBy(() -> deployment().plan("nothing"))
                .isInstanceOf(TargetException.class)
                .hasMessage("no bundle has the name or number nothing: deploy:list tells all");
    }
}
