// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked and dropped while the framework rewires nearly everything is done afterwards. */
class RefreshTest {
    private Product product;

    @BeforeEach
    void start() throws Exception {
        product = new Product().start();
    }

    @AfterEach
    void stop() throws Exception {
        product.close();
    }

    /** The command returns when it has been asked for. */
    private void refresh(String bundle) throws Exception {
        String id = product.exec("felix:lb -s")
                .out()
                .lines()
                .filter(line -> line.contains(bundle + " "))
                .findFirst()
                .orElseThrow()
                .split("\\|")[0]
                .strip();
        product.exec("felix:update " + id + "; felix:refresh " + id);
    }

    private void awaitVersion(String version) throws Exception {
        Product.await(
                "version " + version,
                () -> product.exec("deploy:list")
                        .out()
                        .lines()
                        .anyMatch(line -> line.contains("bdev-null") && line.contains(version)),
                product::log);
    }

    @ParameterizedTest
    @ValueSource(strings = {"io.hotbay.api", "org.apache.felix.scr"})
    void shouldNotRefuseWhatComesMeanwhile(String bundle) throws Exception {
        refresh(bundle);
        Product.Result history = product.exec("deploy:history");
        assertThat(history.status()).as(history.err() + product.log()).isZero();

        refresh(bundle);
        NewerBundle.write("bdev-null", "99.0.1", product.deploy().resolve("null.jar"));
        awaitVersion("99.0.1");

        refresh(bundle);
        Product.Result upgrade = product.upgrade();
        assertThat(upgrade.status()).as(upgrade.err() + product.log()).isZero();
        awaitVersion("99.0.1");
    }
}
