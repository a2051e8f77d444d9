// SPDX-License-Identifier: Apache-2.0
package io.hotbay.health.internal;

import io.hotbay.target.Controller;
import io.hotbay.target.ControllerStatus;
import io.hotbay.target.QueueStatus;
import io.hotbay.target.SessionStatus;
import java.util.Comparator;
import java.util.List;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Whether each ring of each connected front-end is in order. */
@Component
@TargetCheck(name = "rings")
public final class RingCheck implements HealthCheck {
    private final List<Controller> controllers;

    @Activate
    public RingCheck(
            @Reference(cardinality = ReferenceCardinality.MULTIPLE, policyOption = ReferencePolicyOption.GREEDY)
                    List<Controller> controllers) {
        this.controllers = List.copyOf(controllers);
    }

    @Override
    public Result execute() {
        Findings findings = new Findings();
        List<ControllerStatus> all = controllers.stream()
                .map(Controller::status)
                .sorted(Comparator.comparing(ControllerStatus::name))
                .toList();
        int running = 0;
        for (ControllerStatus controller : all) {
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
