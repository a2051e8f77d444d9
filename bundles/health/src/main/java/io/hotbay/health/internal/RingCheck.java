// SPDX-License-Identifier: Apache-2.0
package io.hotbay.health.internal;

import io.hotbay.target.ControllerStatus;
import io.hotbay.target.QueueStatus;
import io.hotbay.target.SessionStatus;
import java.util.List;
import java.util.function.Supplier;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Whether each ring of each connected front-end is in order. */
@Component
@TargetCheck(name = "rings")
public final class RingCheck implements HealthCheck {
    private final Supplier<List<ControllerStatus>> controllers;

    @Activate
    public RingCheck(BundleContext context) {
        this(new RunningControllers(context));
    }

    RingCheck(Supplier<List<ControllerStatus>> controllers) {
        this.controllers = controllers;
    }

    @Override
    public Result execute() {
        Findings findings = new Findings();
        int running = 0;
        for (ControllerStatus controller : controllers.get()) {
            for (SessionStatus session : controller.sessions()) {
                session.queues().forEach(queue -> find(controller, session, queue, findings));
                running += (int)
                        session.queues().stream().filter(QueueStatus::running).count();
            }
        }
        return findings.resultOr(Findings.count(running, "ring") + " running");
    }

    private static void find(ControllerStatus controller, SessionStatus session, QueueStatus queue, Findings findings) {
        if (!queue.fault().isEmpty()) {
            findings.critical("ring " + queue.index() + " of controller " + controller.name() + " (front-end with pid "
                    + session.peerPid() + ") is broken: " + queue.fault()
                    + "; its driver must reset the device: restart the guest, or unplug the disk and plug it in again");
        }
    }
}
