// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.deploy.BundleStatus;
import io.hotbay.deploy.Deployment;
import io.hotbay.deploy.Swap;
import io.hotbay.deploy.Swap.Outcome;
import io.hotbay.deploy.SwapPlan;
import io.hotbay.deploy.UpdateOption;
import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SectorPattern;
import io.hotbay.frontend.SessionOptions;
import io.hotbay.target.TargetException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.Version;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** Bundles are replaced through io.hotbay.deploy, under a front-end that is connected. */
class DeployTest {
    private static final Set<UpdateOption> PLAIN = Set.of();
    private static final Set<UpdateOption> SAFE = EnumSet.of(UpdateOption.SAFE);
    private static final Set<UpdateOption> DOWNGRADE = EnumSet.of(UpdateOption.DOWNGRADE);
    private static final String MALLOC = "bdev-malloc";
    private static final String MALLOC_CLASS = "io.hotbay.bdevmalloc.internal.MallocDevice\"";

    private TestTarget target;
    private FrontendSession session;
    private Path original;
    private Version version;

    @BeforeEach
    void connect() throws IOException {
        target = new TestTarget();
        limit().updateIfDifferent(new Hashtable<>(Map.of("timeout", 5)));
        target.configureBdev("malloc", "Swapped", Map.of("size", "4MiB"));
        target.configureController("swapped", "Swapped");
        target.awaitListening("swapped");
        session = FrontendProfile.QEMU_7_2.open(target.socket("swapped"), SessionOptions.DEFAULT.withQueues(2));
        // Answered requests are behind it: both rings are being served.
        assertThat(session.driver(0).read(0, 4096).isOk()).isTrue();
        assertThat(session.driver(1).read(0, 4096).isOk()).isTrue();
        original = ChangedBundle.of(MALLOC).write(target.file("original.jar"));
        version = Framework.bundle(MALLOC).getVersion();
    }

    @AfterEach
    void disconnect() throws Exception {
        try (TestTarget last = target) {
            if (!Framework.bundle(MALLOC).getVersion().equals(version)) {
                deployment().update(MALLOC, original.toString(), DOWNGRADE);
            }
            session.close();
            limit().delete();
            Await.asserted(() ->
                    assertThat(last.controller("swapped").status().sessions()).isEmpty());
        }
    }

    /** Short, for what does not work does not take longer to come back. */
    private static Configuration limit() throws IOException {
        return Framework.service(ConfigurationAdmin.class).getConfiguration("io.hotbay.deploy", "?");
    }

    private static Deployment deployment() {
        return Framework.service(Deployment.class);
    }

    private static List<Swap> history() throws TargetException {
        return deployment().history();
    }

    private static Swap lastSwap() throws TargetException {
        List<Swap> swaps = history();
        return swaps.get(swaps.size() - 1);
    }

    // ---- looking

    @Test
    void shouldListBundlesWithWhatDependsOnThem() {
        List<BundleStatus> bundles = deployment().bundles();

        assertThat(bundles).hasSameSizeAs(Framework.bundles());
        assertThat(status(bundles, "io.hotbay.bdev-malloc")).satisfies(malloc -> {
            assertThat(malloc.state()).isEqualTo("active");
            assertThat(malloc.version()).isEqualTo(version.toString());
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
        target.configureBdev("null", "Other", Map.of("size", "4MiB"));
        target.configureController("other", "Other");
        target.awaitListening("other");

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

    // ---- updating

    @Test
    void shouldUpdateABackendUnderLoad() throws Exception {
        Path newer = ChangedBundle.of(MALLOC).version("99.0.0").write(target.file("newer.jar"));

        Swap swap;
        try (Load load = new Load(session)) {
            load.awaitProgress();
            swap = deployment().update(MALLOC, newer.toString(), SAFE);
            load.awaitProgress();
        }

        assertThat(swap.outcome()).isEqualTo(Outcome.DONE);
        assertThat(swap.from()).isEqualTo(version.toString());
        assertThat(swap.to()).isEqualTo("99.0.0");
        assertThat(Framework.bundle(MALLOC).getVersion()).isEqualTo(new Version("99.0.0"));
        assertThat(lastSwap()).isEqualTo(swap);
        assertStillTheFirstSession();
    }

    @Test
    void shouldUpdateFromWhereABundleWasInstalledFrom() throws Exception {
        try (Load load = new Load(session)) {
            assertThat(deployment().update("virtio-blk", null, PLAIN).outcome()).isEqualTo(Outcome.DONE);
            load.awaitProgress();
        }
        assertStillTheFirstSession();
    }

    @Test
    void shouldReplaceItself() throws Exception {
        try (Load load = new Load(session)) {
            replaceUnderneath("io.hotbay.deploy");
            load.awaitProgress();
        }
        assertStillTheFirstSession();
    }

    @Test
    void shouldReplaceTheShellThatAskedForIt() throws Exception {
        Path same = ChangedBundle.of("shell").write(target.file("same.jar"));
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
        try (Load load = new Load(session)) {
            replaceUnderneath("org.apache.felix.scr");
            load.awaitProgress();
        }
        assertStillTheFirstSession();
    }

    /** The instance that is asked does not see the end; the next one writes it down. */
    private void replaceUnderneath(String name) throws Exception {
        Bundle bundle = Framework.bundles().stream()
                .filter(each -> each.getSymbolicName().equals(name))
                .findFirst()
                .orElseThrow();
        Path same = ChangedBundle.of(bundle).write(target.file("same.jar"));

        Swap begun = deployment().update(name, same.toString(), SAFE);

        assertThat(begun.outcome()).isEqualTo(Outcome.UNDER_WAY);
        Await.asserted(() -> assertThat(history()).anySatisfy(swap -> {
            assertThat(swap.start()).isEqualTo(begun.start());
            assertThat(swap.reason()).isEmpty();
            assertThat(swap.outcome()).isEqualTo(Outcome.DONE);
        }));
    }

    private void assertStillTheFirstSession() {
        assertThat(target.awaitListening("swapped").sessions())
                .singleElement()
                .satisfies(status -> assertThat(status.id()).isZero());
    }

    // ---- refused before anything is touched

    @Test
    void shouldRefuseWhatIsNoBundle() throws Exception {
        Path text = Files.writeString(target.file("text.jar"), "no jar");
        Path plain =
                ChangedBundle.of(MALLOC).header("Bundle-SymbolicName", null).write(target.file("plain.jar"));
        byte[] whole = Files.readAllBytes(original);
        Path cut = Files.write(target.file("cut.jar"), Arrays.copyOf(whole, whole.length / 2));

        assertRefused(target.file("none.jar"), "cannot read", "there is no such file");
        assertRefused(text, "is no bundle: it is no sound jar");
        assertRefused(cut, "is no bundle: it is no sound jar");
        assertRefused(plain, "is no bundle: its manifest has no Bundle-SymbolicName");
    }

    @Test
    void shouldRefuseAnotherBundle() throws Exception {
        Path other = ChangedBundle.of("bdev-null").write(target.file("other.jar"));

        assertRefused(other, "is io.hotbay.bdev-null, not io.hotbay.bdev-malloc");
    }

    @Test
    void shouldRefuseAnOlderVersionUnlessToldOtherwise() throws Exception {
        Path older = ChangedBundle.of(MALLOC).version("0.0.1").write(target.file("older.jar"));

        assertRefused(older, "is older: 0.0.1, and " + version + " is installed; --downgrade");

        assertThat(deployment().update(MALLOC, older.toString(), DOWNGRADE).outcome())
                .isEqualTo(Outcome.DONE);
        assertThat(Framework.bundle(MALLOC).getVersion()).isEqualTo(new Version("0.0.1"));
    }

    @Test
    void shouldRefuseWhatCannotBeResolved() throws Exception {
        Path unresolvable = ChangedBundle.of(MALLOC)
                .clause("Import-Package", "com.example.nowhere;version=\"[1.2,2)\"")
                .write(target.file("unresolvable.jar"));
        Path incompatible = ChangedBundle.of(MALLOC)
                .header("Import-Package", "io.hotbay.bdev;version=\"[7.0,8)\"")
                .write(target.file("incompatible.jar"));

        assertRefused(unresolvable, "it imports com.example.nowhere in [1.2.0,2.0.0), but nothing exports it");
        assertRefused(
                incompatible,
                "it imports io.hotbay.bdev in [7.0.0,8.0.0), but there is 1.0.0 of io.hotbay.api; nothing was changed");
    }

    @Test
    void shouldRefuseAnApiThatOthersCouldNotLiveWith() throws Exception {
        Bundle api = Framework.bundle("api");
        String exports = api.getHeaders("").get("Export-Package");
        Path breaking = ChangedBundle.of("api")
                .header("Export-Package", exports.replace("1.0.0", "2.0.0"))
                .write(target.file("breaking.jar"));
        long modified = api.getLastModified();

        assertThatThrownBy(() -> deployment().update("api", breaking.toString(), PLAIN))
                .hasMessageContaining("it would break io.hotbay.bdev-null imports io.hotbay.bdev in [1.0.0,")
                .hasMessageContaining("but there is 2.0.0 of");

        assertThat(api.getLastModified()).isEqualTo(modified);
    }

    private void assertRefused(Path file, String... reasons) throws Exception {
        Bundle bundle = Framework.bundle(MALLOC);
        long modified = bundle.getLastModified();
        int swaps = history().size();
        for (Set<UpdateOption> options : List.of(PLAIN, SAFE)) {
            assertThatThrownBy(() -> deployment().update(MALLOC, file.toString(), options))
                    .isInstanceOf(TargetException.class)
                    .hasMessageContainingAll(reasons)
                    .hasMessageNotContaining("\n");
        }
        assertThat(bundle.getLastModified()).isEqualTo(modified);
        assertThat(bundle.getState()).isEqualTo(Bundle.ACTIVE);
        assertThat(history()).hasSize(swaps);
        assertThat(Framework.bundles()).noneMatch(each -> each.getSymbolicName().contains("trial"));
    }

    // ---- failing

    @Test
    void shouldPutTheFormerBundleBackWhenAComponentFails() throws Exception {
        Path broken = broken();

        try (Load load = new Load(session)) {
            load.awaitProgress();
            assertThatThrownBy(() -> deployment().update(MALLOC, broken.toString(), SAFE))
                    .isInstanceOf(TargetException.class)
                    .hasMessageContainingAll(
                            "io.hotbay.bdev-malloc 99.0.0 does not work", "io.hotbay.bdev.malloc", "is back in place");
            load.awaitProgress();
        }

        assertThat(Framework.bundle(MALLOC).getVersion()).isEqualTo(version);
        assertThat(lastSwap().outcome()).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(lastSwap().reason()).contains("io.hotbay.bdev.malloc");
        assertStillTheFirstSession();
    }

    @Test
    void shouldPutTheFormerBundleBackWhenAConstructorThrows() throws Exception {
        Path throwing = ChangedBundle.of(MALLOC)
                .version("99.0.0")
                .with(ThrowingDevice.class)
                .component(MALLOC_CLASS, ThrowingDevice.class.getName() + "\"")
                .component(" deactivate=\"deactivate\" modified=\"modified\" init=\"4\"", "")
                .component(" parameter=", " field=")
                .write(target.file("throwing.jar"));

        assertPutBack(throwing, ThrowingDevice.REASON);
    }

    @Test
    void shouldPutTheFormerBundleBackWhenItDoesNotStart() throws Exception {
        Path throwing = ChangedBundle.of(MALLOC)
                .version("99.0.0")
                .header("Bundle-Activator", "com.example.Missing")
                .write(target.file("throwing.jar"));

        assertPutBack(throwing, "com.example.Missing");
    }

    private void assertPutBack(Path file, String reason) throws Exception {
        try (Load load = new Load(session)) {
            load.awaitProgress();
            assertThatThrownBy(() -> deployment().update(MALLOC, file.toString(), SAFE))
                    .isInstanceOf(TargetException.class)
                    .hasMessageContainingAll("io.hotbay.bdev-malloc 99.0.0 does not work", reason, "is back in place");
            load.awaitProgress();
        }
        assertThat(Framework.bundle(MALLOC).getVersion()).isEqualTo(version);
        assertThat(lastSwap().outcome()).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(lastSwap().reason()).contains(reason);
        assertStillTheFirstSession();
    }

    @Test
    void shouldLeaveABrokenBundleInPlaceAndLetRequestsWaitForOneThatWorks() throws Exception {
        assertThatThrownBy(() -> deployment().update(MALLOC, broken().toString(), PLAIN))
                .hasMessageContainingAll("io.hotbay.bdev.malloc", "it stays in place");
        assertThat(Framework.bundle(MALLOC).getVersion()).isEqualTo(new Version("99.0.0"));
        assertThat(lastSwap().outcome()).isEqualTo(Outcome.FAILED);

        byte[] content = SectorPattern.of(0, 4096, 1);
        CompletableFuture<Boolean> write = CompletableFuture.supplyAsync(() -> {
            try {
                return session.driver(0).write(0, content).isOk();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        deployment().update(MALLOC, original.toString(), DOWNGRADE);

        assertThat(write.get()).isTrue();
        assertThat(session.driver(1).read(0, 4096).data()).isEqualTo(content);
    }

    private Path broken() throws IOException {
        return ChangedBundle.of(MALLOC)
                .version("99.0.0")
                .component(MALLOC_CLASS, "io.hotbay.bdevmalloc.internal.Missing\"")
                .write(target.file("broken.jar"));
    }

    @Test
    void shouldPutTheFormerBundleBackWhenOnlyTheResolverSeesThatItCannotWork() throws Exception {
        // Its package is there to be imported, but the bundle that exports it can never be resolved.
        Path hollow = ChangedBundle.of("bdev-null")
                .header("Bundle-SymbolicName", "com.example.hollow")
                .header("Service-Component", null)
                .header("Export-Package", "com.example.hollow")
                .clause("Import-Package", "com.example.nowhere")
                .write(target.file("hollow.jar"));
        Path deceived = ChangedBundle.of(MALLOC)
                .version("99.0.0")
                .clause("Import-Package", "com.example.hollow")
                .write(target.file("deceived.jar"));
        Bundle exporter = FrameworkUtil.getBundle(DeployTest.class)
                .getBundleContext()
                .installBundle("hollow", new ByteArrayInputStream(Files.readAllBytes(hollow)));
        try (Load load = new Load(session)) {
            assertThatThrownBy(() -> deployment().update(MALLOC, deceived.toString(), SAFE))
                    .hasMessageContainingAll("com.example.nowhere", "is back in place");
            load.awaitProgress();
        } finally {
            exporter.uninstall();
        }

        assertThat(Framework.bundle(MALLOC).getVersion()).isEqualTo(version);
        assertThat(lastSwap().outcome()).isEqualTo(Outcome.ROLLED_BACK);
    }

    @Test
    void shouldRefuseASecondSwapWhileOneIsUnderWay() throws Exception {
        CompletableFuture<Throwable> first;
        String url;
        // It is closed with the connection, or else the client would connect again.
        try (ServerSocket slow = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            url = "http://localhost:" + slow.getLocalPort() + "/malloc.jar";
            first = begin(url);
            try (Socket asked = slow.accept()) {
                slow.close();
                assertThat(asked.isConnected()).isTrue();
                assertThatThrownBy(() -> deployment().update("bdev-null", null, PLAIN))
                        .isInstanceOf(TargetException.class)
                        .hasMessageContaining("the update of io.hotbay.bdev-malloc is under way");
            }
        }
        assertThat(first.get()).isInstanceOf(TargetException.class).hasMessageContaining("cannot read " + url);
        assertThat(deployment().update("bdev-null", null, PLAIN).outcome()).isEqualTo(Outcome.DONE);
    }

    private static CompletableFuture<Throwable> begin(String url) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                deployment().update(MALLOC, url, PLAIN);
                return null;
            } catch (TargetException e) {
                return e;
            }
        });
    }

    // ---- commands

    @Test
    void shouldDoAllThatWithCommands() throws Exception {
        Path newer = ChangedBundle.of(MALLOC).version("99.0.0").write(target.file("newer.jar"));
        try (Shell shell = new Shell()) {
            assertThat(shell.run("deploy:list")).containsPattern("io.hotbay.bdev-malloc +\\S+ +active +2 +\\d+");
            assertThat(shell.run("deploy:plan bdev-malloc")).containsPattern("swapped +2 +bdev Swapped");
            assertThat(shell.run("deploy:update --safe bdev-malloc " + newer))
                    .contains("io.hotbay.bdev-malloc " + version + " -> 99.0.0 in ");
            assertThat(shell.run("deploy:history -n 1"))
                    .containsPattern("io.hotbay.bdev-malloc +\\S+ +99.0.0 +\\d+ .* done");
        }
    }
}
