// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.ResizableDevice;
import io.hotbay.target.ControllerStatus;
import io.hotbay.target.TargetException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;

/** Waits until a changed configuration has taken effect, or the component that got it says why it cannot. */
final class Effects {
    private final ComponentStates components;
    private final RunningServices services;
    private final Patience patience;

    Effects(ComponentStates components, RunningServices services, Patience patience) {
        this.components = components;
        this.services = services;
        this.patience = patience;
    }

    /** Returns when a bdev runs with the options wanted. */
    void awaitBdev(BdevEntry wanted, String pid, OptionSet options) throws TargetException {
        String subject = "bdev " + wanted.name();
        boolean runs = patience.until(() -> {
            refuseFailed(subject, wanted.name(), pid, wanted.options(), options);
            return components.mayBeAsked(pid)
                    && shows(services.bdevProperties(wanted.name()), wanted.options(), options);
        });
        Optional<String> refused = runs ? services.askBdev(wanted.name(), Effects::refusedResize) : Optional.empty();
        if (refused.isPresent() && !refused.get().isEmpty()) {
            throw new TargetException(naming(subject, wanted.name(), refused.get()));
        }
        if (!runs) {
            throw new TargetException(
                    subject + " did not start within " + patience.text() + ": " + components.obstacle(pid));
        }
    }

    private static String refusedResize(BlockDevice bdev) {
        return bdev instanceof ResizableDevice resizable
                ? resizable.refusedResize().orElse("")
                : "";
    }

    /**
     * Returns when a controller has taken the options wanted.
     *
     * @param listens whether it has to listen then
     */
    void awaitController(ControllerEntry wanted, String pid, OptionSet options, boolean listens)
            throws TargetException {
        String subject = "controller " + wanted.name();
        AtomicReference<String> reason = new AtomicReference<>("");
        boolean taken = patience.until(() -> {
            refuseFailed(subject, wanted.name(), pid, wanted.options(), options);
            Optional<ControllerStatus> found =
                    components.mayBeAsked(pid) ? services.controller(wanted.name()) : Optional.empty();
            if (found.isEmpty()
                    || !shows(services.controllerProperties(wanted.name()), wanted.options(), options)
                    || !isOf(found.get(), wanted)) {
                return false;
            }
            ControllerStatus status = found.get();
            reason.set(status.reason());
            if (status.state() == ControllerStatus.State.FAILED) {
                throw new TargetException(naming(subject, wanted.name(), status.reason()));
            }
            return !listens || status.state() == ControllerStatus.State.LISTENING;
        });
        if (!taken) {
            String obstacle = reason.get().isEmpty() ? components.obstacle(pid) : reason.get();
            throw new TargetException(subject + " did not listen within " + patience.text() + ": " + obstacle);
        }
    }

    private static boolean isOf(ControllerStatus status, ControllerEntry wanted) {
        return status.type().equals(wanted.type()) && status.bdev().equals(wanted.bdev());
    }

    /** Returns when what there is only one of has taken its configuration. */
    void awaitSection(String section, String pid, Map<String, Object> wanted, OptionSet options)
            throws TargetException {
        boolean taken = patience.until(() -> {
            refuseFailed(section, section, pid, wanted, options);
            return shows(components.properties(pid), wanted, options);
        });
        if (!taken) {
            throw new TargetException(section + " did not take its configuration within " + patience.text() + ": "
                    + components.obstacle(pid));
        }
    }

    /** Returns when the bdev of a configuration has a name. */
    void awaitNamed(String name, String pid) throws TargetException {
        if (!patience.until(() -> services.hasBdev(name, pid))) {
            throw new TargetException("bdev " + name + " did not start within " + patience.text() + ": "
                    + components.failure(pid).orElseGet(() -> components.obstacle(pid)));
        }
    }

    /** Returns when the bdev of a configuration has not got a name any more. */
    void awaitRenamed(String name, String pid) throws TargetException {
        if (!patience.until(() -> !services.hasBdev(name, pid))) {
            throw new TargetException("bdev " + name + " did not take another name within " + patience.text() + ": "
                    + components.obstacle(pid));
        }
    }

    void awaitBdevGone(String name, String pid) throws TargetException {
        if (!patience.until(() -> !services.hasBdev(name) && !components.exists(pid))) {
            throw new TargetException(
                    "bdev " + name + " is deleted, but still stopping after " + patience.text() + ": try again later");
        }
    }

    /** Returns when a controller has noticed that its bdev is gone. */
    void awaitNotListening(String name) throws TargetException {
        boolean noticed = patience.until(() -> services.controller(name)
                .filter(status -> status.state() == ControllerStatus.State.LISTENING)
                .isEmpty());
        if (!noticed) {
            throw new TargetException("the bdev is deleted, but controller " + name + " still uses it after "
                    + patience.text() + ": try again later");
        }
    }

    void awaitControllerGone(String name, String pid) throws TargetException {
        if (!patience.until(() -> !services.hasController(name) && !components.exists(pid))) {
            throw new TargetException("controller " + name + " is deleted, but still stopping after " + patience.text()
                    + ": try again later");
        }
    }

    /** The component is gone for SCR before it has taken its socket away. */
    void awaitSocketGone(String name, Path socket) throws TargetException {
        if (!patience.until(() -> !Files.exists(socket, LinkOption.NOFOLLOW_LINKS))) {
            throw new TargetException("controller " + name + " is deleted, but its socket " + socket
                    + " is still there after " + patience.text() + ": try again later");
        }
    }

    /** No front-end of a controller that has been deleted reaches its device any more. */
    void awaitSessionsEnd(String name, IntSupplier sessions) throws TargetException {
        if (!patience.until(() -> sessions.getAsInt() == 0)) {
            throw new TargetException("controller " + name + " is deleted, but " + sessions.getAsInt()
                    + " of its sessions have not ended after " + patience.text() + ": look into the log");
        }
    }

    /** Whether the component of a configuration is there but failed. */
    boolean hasFailed(String pid) {
        return components.failure(pid).isPresent();
    }

    private void refuseFailed(String subject, String name, String pid, Map<String, Object> wanted, OptionSet options)
            throws TargetException {
        Optional<String> failure = components.failure(pid);
        if (failure.isPresent() && shows(components.properties(pid), wanted, options)) {
            throw new TargetException(naming(subject, name, failure.get()));
        }
    }

    private static boolean shows(
            Optional<Map<String, Object>> properties, Map<String, Object> wanted, OptionSet options) {
        return properties.isPresent() && options.shows(properties.get(), wanted);
    }

    /** Makes sure that a reason names the thing. */
    private static String naming(String subject, String name, String reason) {
        return reason.contains(name) ? reason : subject + ": " + reason;
    }
}
