// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import io.hotbay.bdev.ResizableDevice;
import io.hotbay.target.Controller;
import io.hotbay.target.TargetException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.log.Logger;

/** A number of changes that are made as a whole: all take effect, or all are undone. */
final class Changes {
    private final Configurations configurations;
    private final Delivery delivery;
    private final Catalogue catalogue;
    private final Effects effects;
    private final Logger logger;
    private final Deque<Step> undo = new ArrayDeque<>();

    /** Something to do that may fail. */
    interface Step {
        void take() throws TargetException;
    }

    /** Waits until the component of a PID is gone. */
    private interface Gone {
        void await(String pid) throws TargetException;
    }

    Changes(Configurations configurations, Delivery delivery, Catalogue catalogue, Effects effects, Logger logger) {
        this.configurations = configurations;
        this.delivery = delivery;
        this.catalogue = catalogue;
        this.effects = effects;
        this.logger = logger;
    }

    /** Creates a bdev or changes it; leaves it alone when it is as wanted. */
    void put(BdevEntry wanted) throws TargetException {
        Optional<Stored> before = configurations.bdev(wanted.name());
        OptionSet options = known(catalogue.bdevOptions(wanted.type()), "bdev type " + wanted.type());
        if (before.isPresent() && options.same(before.get().options(), wanted.options())) {
            return;
        }
        Gone gone = pid -> effects.awaitBdevGone(wanted.name(), pid);
        String pid = put(before, wanted.factoryPid(), wanted.name(), wanted.properties(), gone);
        effects.awaitBdev(wanted, pid, options);
    }

    /** Gives a bdev another size. */
    void put(Resize resize) throws TargetException {
        BdevEntry wanted = resize.entry();
        OptionSet options = known(catalogue.bdevOptions(wanted.type()), "bdev type " + wanted.type());
        Map<String, Object> properties = new HashMap<>(wanted.properties());
        if (resize.force()) {
            properties.put(ResizableDevice.CUT, resize.size());
        }
        Gone gone = pid -> effects.awaitBdevGone(wanted.name(), pid);
        String pid = put(Optional.of(resize.stored()), wanted.factoryPid(), wanted.name(), properties, gone);
        effects.awaitBdev(wanted, pid, options);
    }

    /** Creates a controller or changes it; leaves it alone when it is as wanted. It has to listen then. */
    void put(ControllerEntry wanted) throws TargetException {
        put(wanted, true);
    }

    /** The same for a controller that need not listen: it may wait for something that has nothing to do with the change. */
    void put(ControllerEntry wanted, boolean listens) throws TargetException {
        Optional<Stored> before = configurations.controller(wanted.name());
        OptionSet options = known(catalogue.controllerOptions(), "controllers");
        if (before.isPresent() && isSame(before.get(), wanted, options)) {
            return;
        }
        Gone gone = pid -> effects.awaitControllerGone(wanted.name(), pid);
        String pid = put(before, Controller.FACTORY_PID, wanted.name(), wanted.properties(), gone);
        effects.awaitController(wanted, pid, options, listens);
    }

    private static boolean isSame(Stored before, ControllerEntry wanted, OptionSet options) {
        return before.controllerType().equals(wanted.type())
                && before.controllerBdev().equals(wanted.bdev())
                && options.same(before.options(), wanted.options());
    }

    /** Configures what there is only one of. */
    void put(String section, Map<String, Object> wanted) throws TargetException {
        String pid = TargetDocument.SECTION_PIDS.get(section);
        OptionSet options = known(catalogue.sectionOptions(section), section);
        Optional<Stored> before = configurations.get(pid);
        if (options.same(before.map(Stored::options).orElse(Map.of()), wanted)) {
            return;
        }
        if (before.isPresent()) {
            undo.push(() -> configurations.put(pid, before.get().properties()));
            delivery.put(pid, before.get().replacedBy(wanted));
        } else {
            undo.push(() -> configurations.delete(pid));
            delivery.put(pid, wanted);
        }
        effects.awaitSection(section, pid, wanted, options);
    }

    private String put(
            Optional<Stored> before, String factoryPid, String name, Map<String, Object> properties, Gone gone)
            throws TargetException {
        if (before.isPresent() && !effects.hasFailed(before.get().pid())) {
            Stored old = before.get();
            undo.push(() -> configurations.put(old.pid(), old.properties()));
            delivery.put(old.pid(), old.replacedBy(properties));
            return old.pid();
        }
        if (before.isPresent()) {
            // The component would go on telling its old failure until it has tried again: begin anew.
            Stored old = before.get();
            undo.push(() -> configurations.putFactory(factoryPid, name, old.properties()));
            configurations.delete(old.pid());
            gone.await(old.pid());
        }
        String pid = factoryPid + "~" + name;
        undo.push(() -> {
            configurations.delete(pid);
            gone.await(pid);
        });
        return delivery.putFactory(factoryPid, name, properties);
    }

    private static OptionSet known(Optional<OptionSet> options, String what) throws TargetException {
        return options.orElseThrow(
                () -> new TargetException(what + " cannot be configured any more: its bundle was stopped just now"));
    }

    /** Takes all changes back, the last one first. */
    void undo() {
        while (!undo.isEmpty()) {
            try {
                undo.pop().take();
            } catch (TargetException e) {
                // When the target stops nobody waits for what is undone; it is undone all the same.
                if (!Thread.currentThread().isInterrupted()) {
                    logger.warn("a change that failed could not be undone: {}", e.getMessage());
                }
            }
        }
    }
}
