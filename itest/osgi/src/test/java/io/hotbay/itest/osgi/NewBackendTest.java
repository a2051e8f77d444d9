// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.deploy.Deployment;
import io.hotbay.deploy.InstalledBundle;
import io.hotbay.deploy.Swap;
import io.hotbay.deploy.Swap.Outcome;
import io.hotbay.deploy.UpdateOption;
import io.hotbay.frontend.BlockResult;
import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.target.TargetException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkUtil;

/** A backend that nobody here knew, the template, is deployed while the target runs. */
class NewBackendTest {
    private static final String NAME = "com.example.bdev-pattern";
    private static final long SEED = 42;
    private static final BundleContext CONTEXT =
            FrameworkUtil.getBundle(NewBackendTest.class).getBundleContext();
    private static final String JAR = CONTEXT.getProperty("hotbay.itest.template");

    private TestTarget target;
    private Shell shell;

    @BeforeEach
    void begin() throws IOException {
        target = new TestTarget();
        shell = new Shell();
    }

    @AfterEach
    void end() throws IOException, BundleException {
        shell.close();
        target.close();
        for (Bundle bundle : CONTEXT.getBundles()) {
            if (bundle.getSymbolicName().startsWith("com.example.")) {
                bundle.uninstall();
            }
        }
    }

    private static Deployment deployment() {
        return Framework.service(Deployment.class);
    }

    @Test
    void shouldBeShownCreatedExportedReadAndReplaced() throws Exception {
        assertThat(shell.run("deploy:install " + JAR))
                .containsPattern("bundle +" + NAME)
                .containsPattern("bdev types +pattern");

        assertThat(shell.run("bdev:types pattern")).contains("size", "(required)", "block_size", "seed");
        shell.run("bdev:create pattern Pattern0 size=1MiB seed=" + SEED);
        target.configureController("pattern0", "Pattern0");
        target.awaitListening("pattern0");
        try (FrontendSession session = FrontendProfile.QEMU_7_2.open(target.socket("pattern0"))) {
            assertThat(session.driver(0).identify()).isNotNull();
            assertPattern(session, 0);
            assertThat(session.driver(0).write(0, new byte[512]).isOk()).isFalse();

            Path newer = ChangedBundle.of(bundle()).version("1.0.1").write(target.file("newer.jar"));
            Swap swap = deployment().update(NAME, newer.toString(), EnumSet.of(UpdateOption.SAFE));

            assertThat(swap.outcome()).isEqualTo(Outcome.DONE);
            assertPattern(session, 2040);
        }
    }

    private static void assertPattern(FrontendSession session, long sector) throws IOException {
        BlockResult read = session.driver(0).read(sector, 4096);
        assertThat(read.isOk()).isTrue();
        ByteBuffer words = ByteBuffer.wrap(read.data()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 4096; i += Long.BYTES) {
            assertThat(words.getLong(i)).isEqualTo(sector * 512 + i ^ SEED);
        }
    }

    private static Bundle bundle() {
        return List.of(CONTEXT.getBundles()).stream()
                .filter(bundle -> bundle.getSymbolicName().equals(NAME))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldBeInstalledOnce() throws Exception {
        InstalledBundle installed = deployment().install(JAR);

        assertThat(installed.bdevTypes()).containsExactly("pattern");
        assertThat(installed.deviceTypes()).isEmpty();
        assertThatThrownBy(() -> deployment().install(JAR))
                .isInstanceOf(TargetException.class)
                .hasMessage(NAME + " is installed already, version 1.0.0: use deploy:update");
        assertThat(deployment().history()).last().satisfies(swap -> {
            assertThat(swap.bundle()).isEqualTo(NAME);
            assertThat(swap.from()).isEmpty();
        });
    }

    @Test
    void shouldNotBeInstalledWhenItCannotWork() throws Exception {
        deployment().install(JAR);
        Path lacking = ChangedBundle.of(bundle())
                .header("Bundle-SymbolicName", "com.example.other")
                .clause("Import-Package", "com.example.nowhere;version=\"1.2\"")
                .write(target.file("lacking.jar"));
        Path failing = ChangedBundle.of(bundle())
                .header("Bundle-SymbolicName", "com.example.other")
                .header("Bundle-Activator", "com.example.Nothing")
                .write(target.file("failing.jar"));
        int before = Framework.bundles().size();

        assertThatThrownBy(() -> deployment().install(lacking.toString()))
                .hasMessageContaining("it imports com.example.nowhere from 1.2.0 on, but nothing exports it");
        assertThatThrownBy(() -> deployment().install(failing.toString()))
                .hasMessageContaining("does not start and was not installed");

        assertThat(Framework.bundles()).hasSize(before);
    }
}
