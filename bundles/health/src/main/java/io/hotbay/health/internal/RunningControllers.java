// SPDX-License-Identifier: Apache-2.0
package io.hotbay.health.internal;

import io.hotbay.target.Controller;
import io.hotbay.target.ControllerStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * How the controllers are that are services at the moment of the call, by name. They are looked up rather than injected: one that
 * was just created is in the registry at once, but reaches a reference a little later.
 */
final class RunningControllers implements Supplier<List<ControllerStatus>> {
    private final BundleContext context;

    RunningControllers(BundleContext context) {
        this.context = context;
    }

    @Override
    public List<ControllerStatus> get() {
        List<ControllerStatus> all = new ArrayList<>();
        try {
            for (ServiceReference<Controller> reference : context.getServiceReferences(Controller.class, null)) {
                add(reference, all);
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("no filter was given", e);
        }
        all.sort(Comparator.comparing(ControllerStatus::name));
        return all;
    }

    private void add(ServiceReference<Controller> reference, List<ControllerStatus> all) {
        Controller controller = context.getService(reference);
        if (controller == null) {
            return;
        }
        try {
            all.add(controller.status());
        } finally {
            context.ungetService(reference);
        }
    }
}
