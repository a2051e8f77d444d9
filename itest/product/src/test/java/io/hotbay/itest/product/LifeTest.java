// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hotbay.linux.FileStatus;
import io.hotbay.linux.Users;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Start, stop, restart, crash, live deployment. */
class LifeTest {
    private static final int CAP_MKNOD = 27;
    private static final String CREATE =
            "bdev:create malloc Malloc0 size=1MiB block_size=4096; vhost:create-blk vhostblk0 Malloc0 num_queues=1";

    private Product product;

    @BeforeEach
    void makeProduct() throws IOException {
        product = new Product();
    }

    @AfterEach
    void removeProduct() throws IOException {
        product.close();
    }

    @Test
    void shouldComeBackWithItsConfigurationAfterARestart() throws Exception {
        product.start();
        product.execute(CREATE);
        product.execute("bdev:create null Null0 size=1GiB; vhost:create-blk vhostblk1 Null0");
        String saved = product.execute("target:save");
        assertThat(product.stop()).as(product.log()).isZero();
        assertLeftNothingBehind();

        product.start();

        assertThat(product.execute("target:save")).isEqualTo(saved);
        assertThat(product.socket("vhostblk0")).exists();
        assertThat(product.socket("vhostblk1")).exists();
        Product.await(
                "the word that it is ready", () -> product.log().contains("ready: 2 bdevs, 2 controllers listening"));
    }

    @Test
    void shouldStopInGoodOrderOnAnInterrupt() throws Exception {
        product.start();
        product.execute(CREATE);

        product.run("kill", "-INT", Long.toString(product.process().pid()));

        assertThat(product.exitStatus()).as(product.log()).isZero();
        assertLeftNothingBehind();
    }

    @Test
    void shouldStartAgainAfterItWasKilled() throws Exception {
        product.start();
        product.execute(CREATE);
        product.process().destroyForcibly().waitFor();
        assertThat(product.socket("vhostblk0")).exists();

        product.start();

        assertThat(product.execute("vhost:list")).containsPattern("vhostblk0 +blk +Malloc0 +listening");
        assertThat(product.stop()).isZero();
        assertLeftNothingBehind();
    }

    @Test
    void shouldStopByCommand() throws Exception {
        product.start();

        Product.Result stopped = product.execByProgram("target:stop");

        assertThat(stopped.status()).as(stopped.err()).isZero();
        assertThat(product.exitStatus()).isZero();
    }

    @Test
    void shouldKeepKatasNodesWithStableMinors() throws Exception {
        assumeTrue(Users.hasCapability(CAP_MKNOD));
        product.start();
        product.execute(CREATE);
        product.execute("vhost:create-blk second Malloc0");
        assertThat(FileStatus.of(product.devices().resolve("vhostblk0")).major())
                .isEqualTo(241);
        assertThat(FileStatus.of(product.devices().resolve("second")).minor()).isEqualTo(1);
        assertThat(product.execute("kata:resolve 241 1").strip())
                .isEqualTo(product.socket("second").toString());
        assertThat(product.execute("kata:run second")).contains("docker run", "nerdctl run", "ctr run");

        product.execute("vhost:delete vhostblk0");
        assertThat(product.devices().resolve("vhostblk0")).doesNotExist();
        product.stop();
        assertThat(product.devices().resolve("second")).doesNotExist();
        product.start();

        // a controller listens before all who watch for it have been told
        Path node = product.devices().resolve("second");
        Product.await("the node", () -> Files.exists(node), product::log);
        assertThat(FileStatus.of(node).minor()).isEqualTo(1);
    }

    @Test
    void shouldDeployABundleThatIsDroppedIn() throws Exception {
        product.start();
        writeBundle(product.deploy().resolve("probe.jar"), "test.probe");
        Product.await(
                "the bundle to start",
                () -> product.exec("lb -s test.probe").out().contains("Active"));

        Files.delete(product.deploy().resolve("probe.jar"));
        Product.await(
                "the bundle to go",
                () -> !product.exec("lb -s test.probe").out().contains("Active"));
    }

    @ParameterizedTest
    @MethodSource("javaHomes")
    void shouldRunOnEachJavaWithoutAWarning(Path java) throws Exception {
        product.with("JAVA_HOME", java.toString()).start();
        Product.Result created = product.execByProgram(CREATE);
        assertThat(created.status()).as(created.err()).isZero();

        assertThat(product.stop()).isZero();
        assertThat(product.log()).doesNotContain("WARNING");
    }

    @ParameterizedTest
    @MethodSource("javaHomes")
    void shouldRunAsAnExecutableJar(Path java) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(java + "/bin/java", "-jar", Product.jar().toString()));
        command.addAll(product.options());
        product.startCommand(command);
        product.execute(CREATE);

        assertThat(product.stop()).isZero();
        assertThat(product.log()).doesNotContain("WARNING");
        assertLeftNothingBehind();
    }

    static Stream<Path> javaHomes() throws IOException {
        List<Path> homes = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"))));
        Path all = Path.of("/usr/lib/jvm");
        if (Files.isDirectory(all)) {
            try (Stream<Path> installed = Files.list(all)) {
                installed
                        .filter(home -> home.getFileName().toString().contains("25"))
                        .filter(home -> Files.isExecutable(home.resolve("bin/java")))
                        .forEach(homes::add);
            }
        }
        return homes.stream();
    }

    private void writeBundle(Path file, String name) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(new Attributes.Name("Bundle-ManifestVersion"), "2");
        manifest.getMainAttributes().put(new Attributes.Name("Bundle-SymbolicName"), name);
        Path partial = product.dir().resolve("partial.jar");
        try (OutputStream out = Files.newOutputStream(partial);
                JarOutputStream jar = new JarOutputStream(out, manifest)) {
            jar.finish();
        }
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private void assertLeftNothingBehind() throws IOException {
        assertThat(children(product.sockets())).isEmpty();
        assertThat(children(product.devices())).isEmpty();
    }

    private static List<Path> children(Path dir) throws IOException {
        if (!Files.isDirectory(dir)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(dir)) {
            return files.toList();
        }
    }
}
