// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SectorPattern;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A gateway with a framework of its own takes the bundles that it needs, and no others. */
class EmbeddingTest {
    private static final int LENGTH = 4096;

    private Gateway gateway;

    @BeforeEach
    void start() throws Exception {
        gateway = new Gateway()
                .install(
                        "org.osgi.util.function",
                        "org.osgi.util.promise",
                        "org.osgi.service.component",
                        "org.apache.felix.configadmin",
                        "org.apache.felix.log",
                        "org.apache.felix.scr",
                        "io.hotbay.api",
                        "io.hotbay.linux",
                        "io.hotbay.keeper",
                        "io.hotbay.hugepages",
                        "io.hotbay.reactor",
                        "io.hotbay.virtqueue",
                        "io.hotbay.virtio-blk",
                        "io.hotbay.vhost-user",
                        "io.hotbay.bdev-malloc");
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
    }

    @Test
    void shouldExportADiskThatIsConfiguredInConfigurationAdmin() throws Exception {
        gateway.configure(
                "io.hotbay.vhost.controller",
                "gate",
                Map.of(
                        "hotbay.controller.name", "gate",
                        "hotbay.controller.bdev", "Memory",
                        "bdev.target", "(hotbay.bdev.name=Memory)",
                        "socket_dir", gateway.sockets().toString(),
                        "num_queues", 1));
        gateway.configure("io.hotbay.bdev.malloc", "Memory", Map.of("hotbay.bdev.name", "Memory", "size", "1MiB"));

        assertServes(gateway.sockets().resolve("gate"));

        gateway.delete("io.hotbay.vhost.controller", "gate");
        gateway.delete("io.hotbay.bdev.malloc", "Memory");

        assertNothingIsLeft();
    }

    @Test
    void shouldExportADiskThatIsCreatedByTargetAdmin() throws Exception {
        gateway.install("gson", "org.apache.felix.metatype", "io.hotbay.admin");

        gateway.call("createBdev", "malloc", "Memory", Map.of("size", "1MiB"));
        gateway.call(
                "createController",
                "blk",
                "gate",
                "Memory",
                Map.of("socket_dir", gateway.sockets().toString(), "num_queues", 1));

        assertServes(gateway.sockets().resolve("gate"));

        gateway.call("deleteController", "gate", true);
        gateway.call("deleteBdev", "Memory", false);

        assertNothingIsLeft();
    }

    /** Each of these must not depend on what a gateway has no use for. */
    @Test
    void shouldTakeTheOtherBundlesWithoutFileInstallAndGogo() throws Exception {
        gateway.install(
                "gson",
                "org.apache.felix.metatype",
                "org.apache.felix.healthcheck.api",
                "slf4j-api",
                "slf4j-jdk14",
                "io.hotbay.admin",
                "io.hotbay.bdev-null",
                "io.hotbay.bdev-uring",
                "io.hotbay.guard",
                "io.hotbay.deploy",
                "io.hotbay.health",
                "io.hotbay.migrate");

        gateway.call("createBdev", "null", "Nothing", Map.of("size", "1MiB"));
        gateway.call("deleteBdev", "Nothing", false);

        assertNothingIsLeft();
    }

    private static void assertServes(Path socket) throws IOException, InterruptedException {
        Product.await(socket.toString(), () -> Files.exists(socket));
        try (FrontendSession session = FrontendProfile.QEMU_7_2.open(socket)) {
            byte[] content = SectorPattern.of(8, LENGTH, 1);
            assertThat(session.driver(0).write(8, content).isOk()).isTrue();
            assertThat(session.driver(0).read(8, LENGTH).data()).isEqualTo(content);
        }
    }

    private void assertNothingIsLeft() throws Exception {
        Product.await(
                "the end of the socket", () -> !Files.exists(gateway.sockets().resolve("gate")));
        gateway.stop();
        // which is what the log says of a machine that has hugetlbfs, but no page left
        assertThat(gateway.complaints())
                .filteredOn(complaint -> !complaint.contains("not enough hugepages"))
                .isEmpty();
    }
}
