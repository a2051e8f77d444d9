// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static io.hotbay.itest.osgi.DeployBench.DOWNGRADE;
import static io.hotbay.itest.osgi.DeployBench.MALLOC;
import static io.hotbay.itest.osgi.DeployBench.PLAIN;
import static io.hotbay.itest.osgi.DeployBench.SAFE;
import static io.hotbay.itest.osgi.DeployBench.deployment;
import static io.hotbay.itest.osgi.DeployBench.history;
import static io.hotbay.itest.osgi.DeployBench.lastSwap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.deploy.Swap.Outcome;
import io.hotbay.deploy.UpdateOption;
import io.hotbay.frontend.SectorPattern;
import io.hotbay.target.TargetException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.Version;

/** Bundles that io.hotbay.deploy refuses, or puts the former ones back for, under a front-end that is connected. */
class DeployFailureTest {
    private static final String MALLOC_CLASS = "io.hotbay.bdevmalloc.internal.MallocDevice\"";

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

    // ---- refused before anything is touched

    @Test
    void shouldRefuseWhatIsNoBundle() throws Exception {
        Path text = Files.writeString(bench.target.file("text.jar"), "no jar");
        Path plain =
                ChangedBundle.of(MALLOC).header("Bundle-SymbolicName", null).write(bench.target.file("plain.jar"));
        byte[] whole = Files.readAllBytes(bench.original);
        Path cut = Files.write(bench.target.file("cut.jar"), Arrays.copyOf(whole, whole.length / 2));

        assertRefused(bench.target.file("none.jar"), "cannot read", "there is no such file");
        assertRefused(text, "is no bundle: it is no sound jar");
        assertRefused(cut, "is no bundle: it is no sound jar");
        assertRefused(plain, "is no bundle: its manifest has no Bundle-SymbolicName");
    }

    @Test
    void shouldRefuseAnotherBundle() throws Exception {
        Path other = ChangedBundle.of("bdev-null").write(bench.target.file("other.jar"));

        assertRefused(other, "is io.hotbay.bdev-null, not io.hotbay.bdev-malloc");
    }

    @Test
    void shouldRefuseAnOlderVersionUnlessToldOtherwise() throws Exception {
        Path older = ChangedBundle.of(MALLOC).version("0.0.1").write(bench.target.file("older.jar"));

        assertRefused(older, "is older: 0.0.1, and " + bench.version + " is installed; --downgrade");

        assertThat(deployment().update(MALLOC, older.toString(), DOWNGRADE).outcome())
                .isEqualTo(Outcome.DONE);
        assertThat(Framework.bundle(MALLOC).getVersion()).isEqualTo(new Version("0.0.1"));
    }

    @Test
    void shouldRefuseWhatCannotBeResolved() throws Exception {
        Path unresolvable = ChangedBundle.of(MALLOC)
                .clause("Import-Package", "com.example.nowhere;version=\"[1.2,2)\"")
                .write(bench.target.file("unresolvable.jar"));
        Path incompatible = ChangedBundle.of(MALLOC)
                .header("Import-Package", "io.hotbay.bdev;version=\"[7.0,8)\"")
                .write(bench.target.file("incompatible.jar"));

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
                .write(bench.target.file("breaking.jar"));
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

        try (Load load = new Load(bench.session)) {
            load.awaitProgress();
            assertThatThrownBy(() -> deployment().update(MALLOC, broken.toString(), SAFE))
                    .isInstanceOf(TargetException.class)
                    .hasMessageContainingAll(
                            "io.hotbay.bdev-malloc 99.0.0 does not work",
                            "component io.hotbay.bdev.malloc fails: its class io.hotbay.bdevmalloc.internal.Missing is not there",
                            "is back in place");
            load.awaitProgress();
        }

        assertThat(Framework.bundle(MALLOC).getVersion()).isEqualTo(bench.version);
        assertThat(lastSwap().outcome()).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(lastSwap().reason()).contains("io.hotbay.bdev.malloc");
        bench.assertStillTheFirstSession();
    }

    @Test
    void shouldPutTheFormerBundleBackWhenAConstructorThrows() throws Exception {
        Path throwing = ChangedBundle.of(MALLOC)
                .version("99.0.0")
                .with(ThrowingDevice.class)
                .component(MALLOC_CLASS, ThrowingDevice.class.getName() + "\"")
                .component(" deactivate=\"deactivate\" modified=\"modified\" init=\"4\"", "")
                .component(" parameter=", " field=")
                .write(bench.target.file("throwing.jar"));

        assertPutBack(throwing, ThrowingDevice.REASON);
    }

    @Test
    void shouldPutTheFormerBundleBackWhenItDoesNotStart() throws Exception {
        Path throwing = ChangedBundle.of(MALLOC)
                .version("99.0.0")
                .header("Bundle-Activator", "com.example.Missing")
                .write(bench.target.file("throwing.jar"));

        assertPutBack(throwing, "com.example.Missing");
    }

    @Test
    void shouldPutTheFormerBundleBackWhenAPackageIsMissingBehindAnOptionalImport() throws Exception {
        Path hopeful = ChangedBundle.of("virtio-blk")
                .version("99.0.0")
                .header(
                        "Import-Package",
                        Framework.bundle("virtio-blk")
                                .getHeaders("")
                                .get("Import-Package")
                                .replace(
                                        "io.hotbay.virtio;version=\"[1.0",
                                        "io.hotbay.virtio;resolution:=optional;version=\"[1.99"))
                .write(bench.target.file("hopeful.jar"));
        Version before = Framework.bundle("virtio-blk").getVersion();

        try (Load load = new Load(bench.session)) {
            load.awaitProgress();
            assertThatThrownBy(() -> deployment().update("virtio-blk", hopeful.toString(), SAFE))
                    .hasMessageContainingAll("cannot be loaded", "io.hotbay.virtio", "is back in place");
            load.awaitProgress();
        }
        assertThat(Framework.bundle("virtio-blk").getVersion()).isEqualTo(before);
        bench.assertStillTheFirstSession();
    }

    private void assertPutBack(Path file, String reason) throws Exception {
        try (Load load = new Load(bench.session)) {
            load.awaitProgress();
            assertThatThrownBy(() -> deployment().update(MALLOC, file.toString(), SAFE))
                    .isInstanceOf(TargetException.class)
                    .hasMessageContainingAll("io.hotbay.bdev-malloc 99.0.0 does not work", reason, "is back in place");
            load.awaitProgress();
        }
        assertThat(Framework.bundle(MALLOC).getVersion()).isEqualTo(bench.version);
        assertThat(lastSwap().outcome()).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(lastSwap().reason()).contains(reason);
        bench.assertStillTheFirstSession();
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
                return bench.session.driver(0).write(0, content).isOk();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        deployment().update(MALLOC, bench.original.toString(), DOWNGRADE);

        assertThat(write.get()).isTrue();
        assertThat(bench.session.driver(1).read(0, 4096).data()).isEqualTo(content);
    }

    private Path broken() throws IOException {
        return ChangedBundle.of(MALLOC)
                .version("99.0.0")
                .component(MALLOC_CLASS, "io.hotbay.bdevmalloc.internal.Missing\"")
                .write(bench.target.file("broken.jar"));
    }

    @Test
    void shouldPutTheFormerBundleBackWhenOnlyTheResolverSeesThatItCannotWork() throws Exception {
        // Its package is there to be imported, but the bundle that exports it can never be resolved.
        Path hollow = ChangedBundle.of("bdev-null")
                .header("Bundle-SymbolicName", "com.example.hollow")
                .header("Service-Component", null)
                .header("Export-Package", "com.example.hollow")
                .clause("Import-Package", "com.example.nowhere")
                .write(bench.target.file("hollow.jar"));
        Path deceived = ChangedBundle.of(MALLOC)
                .version("99.0.0")
                .clause("Import-Package", "com.example.hollow")
                .write(bench.target.file("deceived.jar"));
        Bundle exporter = FrameworkUtil.getBundle(DeployFailureTest.class)
                .getBundleContext()
                .installBundle("hollow", new ByteArrayInputStream(Files.readAllBytes(hollow)));
        try (Load load = new Load(bench.session)) {
            assertThatThrownBy(() -> deployment().update(MALLOC, deceived.toString(), SAFE))
                    .hasMessageContainingAll("com.example.nowhere", "is back in place");
            load.awaitProgress();
        } finally {
            exporter.uninstall();
        }

        assertThat(Framework.bundle(MALLOC).getVersion()).isEqualTo(bench.version);
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
}
