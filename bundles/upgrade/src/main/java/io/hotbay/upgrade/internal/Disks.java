// SPDX-License-Identifier: Apache-2.0
package io.hotbay.upgrade.internal;

import io.hotbay.target.Controller;
import io.hotbay.target.ControllerStatus;
import io.hotbay.target.Pause;
import java.util.ArrayList;
import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** The controllers of this process at one moment. */
record Disks(List<ControllerStatus> controllers, List<Pause> pauses) {
    static Disks of(BundleContext context) {
        List<ControllerStatus> controllers = new ArrayList<>();
        List<Pause> pauses = new ArrayList<>();
        try {
            for (ServiceReference<Controller> reference : context.getServiceReferences(Controller.class, null)) {
                Controller controller = context.getService(reference);
                if (controller != null) {
                    controllers.add(controller.status());
                    pauses.addAll(controller.pauses());
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        return new Disks(controllers, pauses);
    }

    int sessions() {
        return controllers.stream().mapToInt(each -> each.sessions().size()).sum();
    }

    Report report() {
        int listening = (int) controllers.stream()
                .filter(each -> each.state() == ControllerStatus.State.LISTENING)
                .count();
        return new Report(
                listening,
                sessions(),
                pauses.stream().mapToLong(Pause::micros).max().orElse(0));
    }
}
