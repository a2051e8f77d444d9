// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Configurations of components as files in the deploy directory; what has no effect there is logged. */
class DroppedConfigurationTest {
    private static final String BDEV = "io.hotbay.bdev.malloc-Dropped.cfg";
    private static final String CONTROLLER = "io.hotbay.vhost.controller-dropped.config";

    private Product product;

    @BeforeEach
    void start() throws Exception {
        product = new Product().start();
    }

    @AfterEach
    void stop() throws IOException {
        product.close();
    }

    /** As a whole, so that nobody reads half a file. */
    private void drop(String name, String content) throws IOException {
        Path written = product.write("written", content);
        Files.move(written, product.deploy().resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    private void awaitOutput(String command, String pattern) throws Exception {
        Product.await(
                command + " with " + pattern,
                () -> product.exec(command).out().lines().anyMatch(line -> line.matches(pattern)),
                () -> product.exec(command).out() + product.log());
    }

    private void awaitLog(String text) throws Exception {
        Product.await(text, () -> product.log().contains(text), product::log);
    }

    @Test
    void shouldFollowAFileAsLongAsItIsThere() throws Exception {
        drop(BDEV, "hotbay.bdev.name=Dropped\nsize=4MiB\n");
        drop(CONTROLLER, """
                hotbay.controller.name="dropped"
                hotbay.controller.type="blk"
                hotbay.controller.bdev="Dropped"
                bdev.target="(hotbay.bdev.name\\=Dropped)"
                num_queues=I"3"
                """);
        awaitOutput("vhost:list", "dropped +blk +Dropped +listening +3 +0 .*");

        drop(BDEV, "hotbay.bdev.name=Dropped\nsize=8MiB\n");
        awaitOutput("bdev:list", "Dropped +malloc +8 MiB .* dropped");
        assertThat(product.exec("target:save").out())
                .contains("\"num_queues\": 3")
                .doesNotContain("fileinstall");

        Files.delete(product.deploy().resolve(CONTROLLER));
        Files.delete(product.deploy().resolve(BDEV));
        Product.await(
                "nothing to be left",
                () -> !product.exec("vhost:list; bdev:list").out().toLowerCase().contains("dropped"));
        assertThat(product.log()).doesNotContain("has no effect");
    }

    @Test
    void shouldSayWhatHasNoEffect() throws Exception {
        drop("target.json", "{\"bdevs\": []}");
        awaitLog("target.json has no effect: load it with target:load " + product.deploy());
        drop("io.hotbay.bdev.malloc~Wave.cfg", "hotbay.bdev.name=Wave\nsize=4MiB\n");
        awaitLog("has no effect: after the factory's PID comes '-' and not '~', so call it"
                + " io.hotbay.bdev.malloc-Wave.cfg");
        drop("io.hotbay.bdev.maloc-Typo.cfg", "hotbay.bdev.name=Typo\nsize=4MiB\n");
        awaitLog("io.hotbay.bdev.maloc-Typo.cfg has no effect: no bundle takes configurations of io.hotbay.bdev.maloc");
        drop("io.hotbay.bdev.malloc-Wrong.cfg", "hotbay.bdev.name=Wrong\nsize=some\n");
        awaitLog("bdev Wrong: size \"some\" is no size");
    }
}
