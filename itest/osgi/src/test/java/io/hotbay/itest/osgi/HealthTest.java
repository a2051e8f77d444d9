// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SplitRingDriver;
import io.hotbay.reactor.Reactor;
import io.hotbay.reactor.Reactors;
import java.io.IOException;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;

/** Things are broken one by one, and the check that is there for it turns; mended, it turns back. */
class HealthTest {
    private TestTarget target;

    @BeforeEach
    void begin() throws IOException {
        target = new TestTarget();
    }

    @AfterEach
    void end() throws IOException {
        target.close();
    }

    private static Result check(String name) {
        return Framework.service(HealthCheck.class, "(&(hc.tags=hotbay)(hc.name=" + name + "))")
                .execute();
    }

    private static String text(Result result) {
        return StreamSupport.stream(result.spliterator(), false)
                .map(entry -> entry.getStatus() + " " + entry.getMessage())
                .collect(Collectors.joining("\n"));
    }

    private static void assertCheck(String name, Status status, String... words) {
        Result result = check(name);
        assertThat(result.getStatus()).as(text(result)).isEqualTo(status);
        assertThat(text(result)).contains(words);
    }

    @Test
    void shouldOfferAllChecksAsServices() {
        assertThat(Framework.references(HealthCheck.class, "(hc.tags=hotbay)"))
                .extracting(reference -> reference.getProperty(HealthCheck.NAME))
                .containsExactlyInAnyOrder("bdevs", "controllers", "hugepages", "reactors", "rings");
    }

    @Test
    void shouldTurnWhenABdevCannotWorkAsConfigured() throws IOException {
        target.configureBdev("malloc", "Sound", Map.of("size", "1MiB"));
        target.bdev("Sound");
        assertCheck("bdevs", Status.OK, "1 bdev running");

        Configuration broken = target.configureBdev("malloc", "Broken", Map.of("size", "lots"));

        Await.asserted(() -> assertCheck("bdevs", Status.CRITICAL, "bdev Broken (malloc) has failed", "lots"));

        broken.delete();

        Await.asserted(() -> assertCheck("bdevs", Status.OK, "1 bdev running"));
    }

    @Test
    void shouldTurnWhenAControllerLosesItsBdev() throws IOException {
        Configuration bdev = target.configureBdev("malloc", "Lost", Map.of("size", "1MiB"));
        target.configureController("loser", "Lost");
        target.awaitListening("loser");
        assertCheck("controllers", Status.OK, "1 controller listening");

        Framework.stop("bdev-malloc");

        Await.asserted(() ->
                assertCheck("controllers", Status.TEMPORARILY_UNAVAILABLE, "controller loser: waits for bdev Lost"));

        bdev.delete();

        Await.asserted(() -> assertCheck("controllers", Status.CRITICAL, "no bdev Lost is configured"));

        Framework.start("bdev-malloc");
        target.configureBdev("malloc", "Lost", Map.of("size", "1MiB"));

        target.awaitListening("loser");
        assertCheck("controllers", Status.OK, "1 controller listening");
    }

    @Test
    void shouldTurnWhenAFrontendBreaksItsRing() throws IOException {
        target.configureBdev("malloc", "Ringed", Map.of("size", "1MiB"));
        target.configureController("ringed", "Ringed");
        target.awaitListening("ringed");
        try (FrontendSession session = FrontendProfile.QEMU_7_2.open(target.socket("ringed"))) {
            session.driver(0).identify();
            assertCheck("rings", Status.OK, "running");

            // More buffers than the ring has places: the driver cannot mean that.
            SplitRingDriver ring = session.queues().get(0).splitRing();
            ring.publishIndex(ring.availableIndex() + ring.size() + 1);
            ring.kick();

            Await.asserted(() -> assertCheck(
                    "rings",
                    Status.CRITICAL,
                    "ring 0 of controller ringed",
                    "pid " + ProcessHandle.current().pid()));
        }
        Await.asserted(() -> assertCheck("rings", Status.OK, "0 rings running"));
    }

    @Test
    void shouldTurnWhenAReactorDoesNotGoRound() throws InterruptedException {
        Reactor reactor = Framework.service(Reactors.class).all().get(0);
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Boolean> block = reactor.run(() -> {
            blocked.countDown();
            release.await();
            return true;
        });
        blocked.await();
        try {
            assertCheck(
                    "reactors", Status.CRITICAL, "the reactor on core " + reactor.core() + " has not ended a round");
        } finally {
            release.countDown();
        }
        assertThat(block.join()).isTrue();
    }

    @Test
    void shouldTurnWhenABundleIsStopped() {
        Framework.stop("reactor");

        assertCheck("reactors", Status.CRITICAL, "the bundle io.hotbay.reactor is not running");

        Framework.start("reactor");
        Framework.stop("hugepages");

        assertCheck("hugepages", Status.CRITICAL, "the bundle io.hotbay.hugepages is not running");
    }

    @Test
    void shouldRunTheChecksOfOthersToo() throws Exception {
        HealthCheck foreign = () -> new Result(Status.CRITICAL, "the cellar is under water");
        ServiceRegistration<HealthCheck> registration = FrameworkUtil.getBundle(HealthTest.class)
                .getBundleContext()
                .registerService(
                        HealthCheck.class,
                        foreign,
                        new Hashtable<>(Map.of(HealthCheck.NAME, "cellar", HealthCheck.TAGS, List.of("house"))));
        try (Shell shell = new Shell()) {
            assertThatThrownBy(() -> shell.run("system:check house")).hasMessage("not healthy: cellar");
            assertThatThrownBy(() -> shell.run("system:check cellar bdevs")).hasMessage("not healthy: cellar");
            assertThatThrownBy(() -> shell.run("system:check garden"))
                    .hasMessage(
                            "no health check has the name or tag garden: there are bdevs, cellar, controllers, hotbay,"
                                    + " house, hugepages, reactors, rings");
        } finally {
            registration.unregister();
        }
    }

    @Test
    void shouldPrintWhatIsWrongAndFail() throws Exception {
        target.configureController("bare", "Nowhere");
        target.awaitWaiting("bare", "bdev Nowhere");
        try (Shell shell = new Shell()) {
            assertThatThrownBy(() -> shell.run("system:check")).hasMessageMatching("not healthy: .*controllers.*");
            assertThat(shell.printed())
                    .containsPattern("controllers +CRITICAL +controller bare: waits for bdev Nowhere")
                    .containsPattern("bdevs +OK")
                    .contains("5 checks: ", "1 CRITICAL");

            target.configureBdev("null", "Nowhere", Map.of("size", "1MiB"));
            target.awaitListening("bare");

            assertThat(shell.run("system:check -v controllers"))
                    .containsPattern("controllers +OK +1 controller listening");
        }
    }

    @Test
    void shouldSayThatThereAreNoChecks() throws Exception {
        Framework.stop("health");
        try (Shell shell = new Shell()) {
            assertThatThrownBy(() -> shell.run("system:check")).hasMessageStartingWith("there are no health checks");
        }
    }
}
