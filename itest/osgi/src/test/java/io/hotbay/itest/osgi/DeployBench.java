// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.deploy.Deployment;
import io.hotbay.deploy.Swap;
import io.hotbay.deploy.UpdateOption;
import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SessionOptions;
import io.hotbay.target.TargetException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.framework.Version;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** A disk in memory, in a bundle that is replaced through io.hotbay.deploy, under a front-end that is connected. */
final class DeployBench implements AutoCloseable {
    static final Set<UpdateOption> PLAIN = Set.of();
    static final Set<UpdateOption> SAFE = EnumSet.of(UpdateOption.SAFE);
    static final Set<UpdateOption> DOWNGRADE = EnumSet.of(UpdateOption.DOWNGRADE);
    static final String MALLOC = "bdev-malloc";

    /** What was swapped before, by another test, is of no interest. */
    private static long begun;

    final TestTarget target;
    FrontendSession session;
    /** The bundle of the disk, and its version, as they were before. */
    Path original;

    Version version;

    DeployBench() throws IOException {
        begun = System.currentTimeMillis();
        target = new TestTarget();
    }

    /** Sets the disk up and connects to it. */
    void connect() throws IOException {
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

    @Override
    public void close() throws Exception {
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

    static Deployment deployment() {
        return Framework.service(Deployment.class);
    }

    static List<Swap> history() throws TargetException {
        return deployment().history().stream()
                .filter(swap -> swap.start() >= begun)
                .toList();
    }

    static Swap lastSwap() throws TargetException {
        List<Swap> swaps = history();
        return swaps.get(swaps.size() - 1);
    }

    /** The front-end has not had to connect again. */
    void assertStillTheFirstSession() {
        assertThat(target.awaitListening("swapped").sessions())
                .singleElement()
                .satisfies(status -> assertThat(status.id()).isZero());
    }
}
