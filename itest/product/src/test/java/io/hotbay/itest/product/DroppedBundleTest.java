// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jars that come, change and go while the deploy bundle is away, or another one of its lives has taken them. */
class DroppedBundleTest {
    private static final String NAME = "io.hotbay.bdev-null";

    private Product product;
    private String deploy;
    private Path jar;

    @BeforeEach
    void start() throws Exception {
        product = new Product().start();
        deploy = lines("io.hotbay.deploy").get(0).split("\\|")[0].strip();
        jar = product.deploy().resolve("a.jar");
    }

    @AfterEach
    void stop() throws Exception {
        product.close();
    }

    private List<String> lines(String name) {
        return product.exec("felix:lb -s")
                .out()
                .lines()
                .filter(line -> line.contains(name))
                .toList();
    }

    private void drop(String version) throws IOException {
        NewerBundle.write("bdev-null", version, jar);
    }

    private void awaitOnly(String version) throws Exception {
        Product.await(
                "only " + version,
                () -> {
                    List<String> bundles = lines(NAME);
                    return bundles.size() == 1
                            && bundles.get(0).contains("|" + version)
                            && bundles.get(0).contains("|Active");
                },
                () -> product.exec("felix:lb -s").out() + product.log());
    }

    @Test
    void shouldTakeWhatWasDroppedMeanwhile() throws Exception {
        product.execute("felix:stop " + deploy);
        drop("99.0.1");
        awaitFileInstall();
        assertThat(lines(NAME)).hasSize(1);

        product.execute("felix:start " + deploy);
        awaitOnly("99.0.1");
    }

    /** It looks at files in the order of their names, and so at this one after the jar. */
    private void awaitFileInstall() throws Exception {
        Files.writeString(
                product.deploy().resolve("io.hotbay.bdev.malloc-Dropped.cfg"), "hotbay.bdev.name=Dropped\nsize=1MiB\n");
        Product.await("File Install", () -> product.exec("bdev:list").out().contains("Dropped"), product::log);
    }

    @Test
    void shouldTakeWhatHasChangedMeanwhile() throws Exception {
        drop("99.0.1");
        awaitOnly("99.0.1");

        product.execute("felix:stop " + deploy);
        drop("99.0.2");
        awaitFileInstall();
        product.execute("felix:start " + deploy);
        awaitOnly("99.0.2");
    }

    @Test
    void shouldGiveBackWhatAnotherLifeHasTaken() throws Exception {
        drop("99.0.1");
        awaitOnly("99.0.1");
        product.execute("felix:stop " + deploy, "felix:start " + deploy);

        Files.delete(jar);
        awaitOnly("0.1.0");

        drop("99.0.1");
        awaitOnly("99.0.1");
        product.execute("felix:stop " + deploy);
        Files.delete(jar);
        product.execute("felix:start " + deploy);
        awaitOnly("0.1.0");
    }
}
