// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.kata.KataStore;
import io.hotbay.memory.HugepageAllocator;
import io.hotbay.reactor.Reactors;
import io.hotbay.target.Controller;
import io.hotbay.target.TargetAdmin;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** The services that commands work with, as they come and go. */
@Component(service = TargetServices.class)
public final class TargetServices {
    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile TargetAdmin admin;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile HugepageAllocator hugepages;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile Reactors reactors;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile KataStore kata;

    private final Map<BlockDevice, String> bdevs = new ConcurrentHashMap<>();
    private final Map<Controller, String> controllers = new ConcurrentHashMap<>();

    /** A bdev appeared. */
    @Reference(
            service = BlockDevice.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            unbind = "removeBdev")
    public void addBdev(BlockDevice bdev, Map<String, ?> properties) {
        bdevs.put(bdev, String.valueOf(properties.get(BlockDevice.TYPE)));
    }

    /** A bdev went. */
    public void removeBdev(BlockDevice bdev) {
        bdevs.remove(bdev);
    }

    /** A controller appeared. */
    @Reference(
            service = Controller.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            unbind = "removeController")
    public void addController(Controller controller, Map<String, ?> properties) {
        controllers.put(controller, String.valueOf(properties.get(Controller.NAME)));
    }

    /** A controller went. */
    public void removeController(Controller controller) {
        controllers.remove(controller);
    }

    TargetAdmin admin() throws ShellException {
        return present(admin, "admin");
    }

    HugepageAllocator hugepages() throws ShellException {
        return present(hugepages, "hugepages");
    }

    Reactors reactors() throws ShellException {
        return present(reactors, "reactor");
    }

    KataStore kata() throws ShellException {
        return present(kata, "kata");
    }

    /** All bdevs by name. */
    Map<String, BlockDevice> bdevs() {
        Map<String, BlockDevice> byName = new TreeMap<>();
        bdevs.keySet().forEach(bdev -> byName.put(bdev.name(), bdev));
        return byName;
    }

    BlockDevice bdev(String name) throws ShellException {
        Map<String, BlockDevice> all = bdevs();
        BlockDevice bdev = all.get(name);
        if (bdev == null) {
            throw new ShellException("no bdev is named " + name + ": "
                    + (all.isEmpty() ? "create one with bdev:create" : "there are " + String.join(", ", all.keySet())));
        }
        return bdev;
    }

    /** The type a bdev was registered with. */
    String typeOf(BlockDevice bdev) {
        return bdevs.getOrDefault(bdev, "?");
    }

    /** All controllers by name. */
    Map<String, Controller> controllers() {
        Map<String, Controller> byName = new TreeMap<>();
        controllers.forEach((controller, name) -> byName.put(name, controller));
        return byName;
    }

    Controller controller(String name) throws ShellException {
        Map<String, Controller> all = controllers();
        Controller controller = all.get(name);
        if (controller == null) {
            throw new ShellException("no controller is named " + name + ": "
                    + (all.isEmpty()
                            ? "create one with vhost:create-blk"
                            : "there are " + String.join(", ", all.keySet())));
        }
        return controller;
    }

    List<String> bdevNames() {
        return List.copyOf(bdevs().keySet());
    }

    List<String> controllerNames() {
        return List.copyOf(controllers().keySet());
    }

    private static <T> T present(T service, String bundle) throws ShellException {
        if (service == null) {
            throw new ShellException("the bundle io.hotbay." + bundle
                    + " is not running or cannot work as configured: see the log, and felix:lb io.hotbay");
        }
        return service;
    }
}
