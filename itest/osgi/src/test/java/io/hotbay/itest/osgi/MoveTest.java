// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SessionOptions;
import io.hotbay.reactor.Reactor;
import io.hotbay.reactor.Reactors;
import io.hotbay.target.Controller;
import io.hotbay.target.QueueStatus;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** Queues move between reactors under verified I/O. */
class MoveTest {
    private static final int ROUNDS = 10;

    private final Shell shell = new Shell();
    private TestTarget target;
    private Configuration configuration;

    @BeforeEach
    void start() throws Exception {
        Assumptions.assumeTrue(
                Runtime.getRuntime().availableProcessors() > 1, "needs two cores to move a queue between");
        target = new TestTarget();
        configuration = Framework.service(ConfigurationAdmin.class).getConfiguration(Reactors.PID, "?");
        configuration.update(new Hashtable<>(Map.of("cores", "0-1")));
        Await.asserted(() -> assertThat(reactors()).hasSize(2));
        target.configureBdev("malloc", "Moved", Map.of("size", "4MiB"));
        target.configureController("moved", "Moved");
        target.awaitListening("moved");
    }

    @AfterEach
    void stop() throws Exception {
        shell.close();
        if (target != null) {
            configuration.delete();
            target.close();
        }
    }

    private static List<Reactor> reactors() {
        return Framework.service(Reactors.class).all();
    }

    private List<Integer> cores() {
        return target.controller("moved").status().sessions().get(0).queues().stream()
                .map(QueueStatus::core)
                .toList();
    }

    @Test
    void shouldMoveQueuesUnderLoadAndFreeACore() throws Exception {
        try (FrontendSession session =
                        FrontendProfile.QEMU_7_2.open(target.socket("moved"), SessionOptions.DEFAULT.withQueues(2));
                Load load = new Load(session)) {
            load.awaitProgress();
            assertThat(cores())
                    .as("each queue starts on the less loaded reactor")
                    .containsExactlyInAnyOrder(0, 1);
            for (int round = 0; round < ROUNDS; round++) {
                int core = round % 2;
                shell.run("reactor:move moved 0 " + core);
                shell.run("reactor:move moved 1 " + (1 - core));
                assertThat(cores()).containsExactly(core, 1 - core);
                load.awaitProgress();
            }
            Controller controller = target.controller("moved");
            controller.move(0, 0);
            controller.move(1, 0);
            configuration.update(new Hashtable<>(Map.of("cores", "0")));
            Await.asserted(() -> assertThat(reactors()).hasSize(1));
            load.awaitProgress();
        }
    }
}
