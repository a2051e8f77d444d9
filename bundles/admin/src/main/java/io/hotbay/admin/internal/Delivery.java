// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import io.hotbay.target.TargetException;
import java.util.Map;
import org.osgi.service.log.Logger;

/**
 * Stores configurations and returns when Declarative Services has taken them as they are. It puts the properties of a component together
 * for whoever asks first, without a lock: who looks at a component in the moment its configuration comes can make it keep the one it had
 * before, or none at all, for good. So nobody here looks before it is through, and when somebody else did, it is told once more.
 */
final class Delivery {
    private static final int TRIES = 3;

    private final Configurations configurations;
    private final ComponentStates components;
    private final Barrier barrier;
    private final Logger logger;

    /** Waits until all that was configured has taken effect everywhere. */
    @FunctionalInterface
    interface Barrier {
        void await() throws TargetException;
    }

    Delivery(Configurations configurations, ComponentStates components, Barrier barrier, Logger logger) {
        this.configurations = configurations;
        this.components = components;
        this.barrier = barrier;
        this.logger = logger;
    }

    /** Creates or replaces a configuration of a factory; its PID is {@code <factoryPid>~<name>}. */
    String putFactory(String factoryPid, String name, Map<String, Object> properties) throws TargetException {
        String pid = configurations.putFactory(factoryPid, name, properties);
        await(pid, properties);
        return pid;
    }

    /** Creates or replaces the configuration of a PID; one of a factory must exist. */
    void put(String pid, Map<String, Object> properties) throws TargetException {
        configurations.put(pid, properties);
        await(pid, properties);
    }

    private void await(String pid, Map<String, Object> properties) throws TargetException {
        barrier.await();
        for (int tries = 1; tries < TRIES && components.mistook(pid, properties); tries++) {
            logger.info("configuration {} was not taken as it is: told once more", pid);
            configurations.put(pid, properties);
            barrier.await();
        }
    }
}
