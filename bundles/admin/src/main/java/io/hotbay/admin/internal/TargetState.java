// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import io.hotbay.target.ConfiguredStatus;
import io.hotbay.target.ConfiguredStatus.Kind;
import io.hotbay.target.ControllerStatus;
import io.hotbay.target.TargetException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What has become of what is configured: what runs, what waits for what, what has failed and why. Any thread. */
final class TargetState {
    private final Configurations configurations;
    private final ComponentStates components;
    private final RunningServices services;
    private volatile boolean startupEnded;
    private volatile String complaint = "";

    TargetState(Configurations configurations, ComponentStates components, RunningServices services) {
        this.configurations = configurations;
        this.components = components;
        this.services = services;
    }

    /** The configuration file named at start, if there is one, has been loaded or refused. */
    void endStartup() {
        startupEnded = true;
    }

    /** Says from now on why the configuration file is not in effect, until one is loaded: then the text is empty. */
    void complain(String text) {
        complaint = text;
    }

    /** Why the configuration file is not in effect although the target works, or nothing. */
    String complaint() {
        return complaint;
    }

    /** Waits until all that is configured is in effect, and says what is not when the time is over. */
    void awaitReady(long timeoutMillis) throws TargetException {
        if (new Patience(Duration.ofMillis(timeoutMillis))
                .until(() -> startupEnded && summary().complete())) {
            return;
        }
        throw new TargetException("the target is not ready: "
                + (startupEnded ? summary().text() : "it is still loading its configuration file"));
    }

    /** Each bdev and each controller. */
    List<ConfiguredStatus> configured() throws TargetException {
        List<ConfiguredStatus> all = new ArrayList<>();
        for (Stored stored : configurations.bdevs()) {
            String name = stored.bdevName();
            all.add(status(Kind.BDEV, name, stored.bdevType(), stored, services.hasBdev(name)));
        }
        for (Stored stored : configurations.controllers()) {
            String name = stored.controllerName();
            all.add(status(Kind.CONTROLLER, name, stored.controllerType(), stored, services.hasController(name)));
        }
        return all;
    }

    private ConfiguredStatus status(Kind kind, String name, String type, Stored stored, boolean registered) {
        // First, because a delayed component remains registered when it has failed.
        Optional<String> failure = components.failure(stored.pid());
        if (failure.isPresent()) {
            return new ConfiguredStatus(kind, name, type, ConfiguredStatus.State.FAILED, failure.get());
        }
        return registered
                ? new ConfiguredStatus(kind, name, type, ConfiguredStatus.State.RUNNING, "")
                : new ConfiguredStatus(
                        kind, name, type, ConfiguredStatus.State.WAITING, components.obstacle(stored.pid()));
    }

    /** All of it in a few words. */
    TargetSummary summary() throws TargetException {
        List<Stored> controllers = configurations.controllers();
        List<String> waiting = new ArrayList<>();
        for (Stored controller : controllers) {
            String name = controller.controllerName();
            Optional<ControllerStatus> status =
                    components.mayBeAsked(controller.pid()) ? services.controller(name) : Optional.empty();
            if (status.isEmpty()) {
                waiting.add(name + ": " + components.failure(controller.pid()).orElse("not started"));
            } else if (status.get().state() != ControllerStatus.State.LISTENING) {
                waiting.add(name + ": " + status.get().reason());
            }
        }
        return new TargetSummary(services.bdevs().size(), controllers.size(), waiting);
    }
}
