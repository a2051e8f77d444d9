// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A jar that is dropped while nobody is there to take it for an update: File Install installs it beside the bundle. */
class DoubleBundleTest {
    private static final String NAME = "io.hotbay.bdev-null";

    private Product product;

    @BeforeEach
    void start() throws Exception {
        product = new Product().start();
    }

    @AfterEach
    void stop() throws Exception {
        product.close();
    }

    private List<String> lines(String command, String name) {
        return product.exec(command)
                .out()
                .lines()
                .filter(line -> line.contains(name))
                .toList();
    }

    private void awaitOnly(String version) throws Exception {
        Product.await(
                "only " + version,
                () -> {
                    List<String> bundles = lines("deploy:list", NAME);
                    return bundles.size() == 1 && bundles.get(0).contains(version);
                },
                () -> product.exec("felix:lb -s").out() + product.log());
    }

    @Test
    void shouldTakeItForAnUpdateAsSoonAsItCan() throws Exception {
        String deploy = lines("deploy:list", "io.hotbay.deploy").get(0).strip().split(" +")[0];
        product.execute("felix:stop " + deploy);
        Path jar = product.deploy().resolve("null.jar");
        NewerBundle.write("bdev-null", "99.0.1", jar);
        Product.await("two bundles", () -> lines("felix:lb -s", NAME).size() == 2);
        product.execute("felix:start " + deploy);
        awaitOnly("99.0.1");
        assertThat(jar).exists();

        Files.delete(jar);
        awaitOnly("0.1.0");
        try (Stream<Path> left = Files.list(product.deploy())) {
            assertThat(left).isEmpty();
        }
    }
}
