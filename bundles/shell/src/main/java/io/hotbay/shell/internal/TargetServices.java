// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.QosLimits;
import io.hotbay.deploy.Deployment;
import io.hotbay.kata.KataStore;
import io.hotbay.memory.HugepageAllocator;
import io.hotbay.reactor.Reactors;
import io.hotbay.target.Controller;
import io.hotbay.target.Migrations;
import io.hotbay.target.TargetAdmin;
import io.hotbay.target.TargetUpgrade;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.apache.felix.service.command.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * The services that commands work with, as they are at the moment of the call. They are looked up rather than injected: what the
 * command before has created is in the registry at once, but reaches a reference a little later.
 */
@Component(service = TargetServices.class)
public final class TargetServices {
    private final BundleContext context;

    /** Makes a view of the registry. */
    @Activate
    public TargetServices(BundleContext context) {
        this.context = context;
    }

    TargetAdmin admin() throws ShellException {
        return only(TargetAdmin.class, "admin");
    }

    HugepageAllocator hugepages() throws ShellException {
        return only(HugepageAllocator.class, "hugepages");
    }

    Reactors reactors() throws ShellException {
        return only(Reactors.class, "reactor");
    }

    KataStore kata() throws ShellException {
        return only(KataStore.class, "kata");
    }

    TargetUpgrade upgrade() throws ShellException {
        return only(TargetUpgrade.class, "upgrade");
    }

    Deployment deployment() throws ShellException {
        return only(Deployment.class, "deploy");
    }

    Migrations migrations() throws ShellException {
        return only(Migrations.class, "migrate");
    }

    /** All bdevs by name. */
    Map<String, BlockDevice> bdevs() {
        return byName(BlockDevice.class, BlockDevice.NAME);
    }

    BlockDevice bdev(String name) throws ShellException {
        Map<String, BlockDevice> all = bdevs();
        BlockDevice bdev = all.get(name);
        if (bdev == null) {
            throw new ShellException("bdev \"" + name + "\" does not exist: "
                    + (all.isEmpty()
                            ? "there are none, create one with bdev:create"
                            : "use " + String.join(", ", all.keySet())));
        }
        return bdev;
    }

    /** The type a bdev was registered with. */
    String typeOf(BlockDevice bdev) {
        return references(BlockDevice.class).stream()
                .filter(reference -> bdev.name().equals(reference.getProperty(BlockDevice.NAME)))
                .map(reference -> String.valueOf(reference.getProperty(BlockDevice.TYPE)))
                .findFirst()
                .orElse("?");
    }

    /** What a bdev may do in a second. */
    QosLimits limitsOf(BlockDevice bdev) {
        return references(BlockDevice.class).stream()
                .filter(reference -> bdev.name().equals(reference.getProperty(BlockDevice.NAME)))
                .map(TargetServices::limits)
                .findFirst()
                .orElse(QosLimits.NONE);
    }

    private static QosLimits limits(ServiceReference<?> reference) {
        Map<String, Object> found = new HashMap<>();
        QosLimits.KEYS.forEach(key -> found.put(key, reference.getProperty(key)));
        return QosLimits.of(found);
    }

    /** All controllers by name. */
    Map<String, Controller> controllers() {
        return byName(Controller.class, Controller.NAME);
    }

    Controller controller(String name) throws ShellException {
        Map<String, Controller> all = controllers();
        Controller controller = all.get(name);
        if (controller == null) {
            throw new ShellException("controller \"" + name + "\" does not exist: "
                    + (all.isEmpty()
                            ? "there are none, create one with vhost:create-blk"
                            : "use " + String.join(", ", all.keySet())));
        }
        return controller;
    }

    /** All health checks, whoever offers them, by name. */
    List<NamedCheck> healthChecks() {
        return references(HealthCheck.class).stream()
                .map(reference -> NamedCheck.of(reference, () -> execute(reference)))
                .sorted(Comparator.comparing(NamedCheck::name))
                .toList();
    }

    /** The use count is given back, so that a check does not hold what it looks at between two calls. */
    private Result execute(ServiceReference<HealthCheck> reference) {
        HealthCheck check = context.getService(reference);
        if (check == null) {
            throw new IllegalStateException("its service is gone or cannot be activated");
        }
        try {
            return check.execute();
        } finally {
            context.ungetService(reference);
        }
    }

    /** Commands of other bundles that describe themselves, by name. */
    Map<String, ForeignCommand> foreignCommands() {
        Map<String, ForeignCommand> byName = new TreeMap<>();
        for (ServiceReference<Function> reference : references(Function.class)) {
            if (reference.getProperty(ForeignCommand.SUMMARY) != null) {
                ForeignCommand command = ForeignCommand.of(reference, () -> context.getService(reference));
                byName.put(command.name(), command);
            }
        }
        return byName;
    }

    List<String> bdevNames() {
        return List.copyOf(bdevs().keySet());
    }

    List<String> controllerNames() {
        return List.copyOf(controllers().keySet());
    }

    private <S> S only(Class<S> type, String bundle) throws ShellException {
        return references(type).stream()
                .sorted(Comparator.reverseOrder())
                .map(context::getService)
                .filter(service -> service != null)
                .findFirst()
                .orElseThrow(() -> new ShellException("the bundle io.hotbay." + bundle
                        + " is not running or cannot work as configured: see the log, and lb io.hotbay"));
    }

    /** The use count is not given back: these services live as long as their configuration, whoever uses them. */
    private <S> Map<String, S> byName(Class<S> type, String key) {
        Map<String, S> byName = new TreeMap<>();
        // of two of one name the last one counts: the one that everybody uses
        for (ServiceReference<S> reference : references(type).stream().sorted().toList()) {
            S service = context.getService(reference);
            if (service != null) {
                byName.put(String.valueOf(reference.getProperty(key)), service);
            }
        }
        return byName;
    }

    private <S> Collection<ServiceReference<S>> references(Class<S> type) {
        try {
            return context.getServiceReferences(type, null);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("no filter was given", e);
        }
    }
}
