// SPDX-License-Identifier: Apache-2.0
package io.hotbay.health.internal;

import io.hotbay.target.ConfiguredStatus;
import io.hotbay.target.ConfiguredStatus.Kind;
import io.hotbay.target.ControllerStatus;
import io.hotbay.target.TargetAdmin;
import io.hotbay.target.TargetException;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Whether each controller that is configured answers on its socket. */
@Component
@TargetCheck(name = "controllers")
public final class ControllerCheck implements HealthCheck {
    private final TargetAdmin admin;
    private final Supplier<List<ControllerStatus>> controllers;

    /** @param admin null while it is not there */
    @Activate
    public ControllerCheck(
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    TargetAdmin admin,
            BundleContext context) {
        this(admin, new RunningControllers(context));
    }

    ControllerCheck(TargetAdmin admin, Supplier<List<ControllerStatus>> controllers) {
        this.admin = admin;
        this.controllers = controllers;
    }

    @Override
    public Result execute() {
        Findings findings = new Findings();
        if (admin == null) {
            findings.missing("admin");
            return findings.resultOr("");
        }
        try {
            return check(findings);
        } catch (TargetException e) {
            findings.critical(e.getMessage());
            return findings.resultOr("");
        }
    }

    private Result check(Findings findings) throws TargetException {
        TreeMap<String, ControllerStatus> running = new TreeMap<>();
        controllers.get().forEach(status -> running.put(status.name(), status));
        List<ConfiguredStatus> configured = admin.configured();
        configured.stream()
                .filter(each -> each.kind() == Kind.CONTROLLER && !running.containsKey(each.name()))
                .forEach(each -> findAbsent(each, findings));
        running.values().forEach(status -> findPresent(status, configured, findings));
        return findings.resultOr(Findings.count(running.size(), "controller") + " listening, "
                + Findings.count(
                        running.values().stream()
                                .mapToInt(status -> status.sessions().size())
                                .sum(),
                        "front-end")
                + " connected");
    }

    private static void findAbsent(ConfiguredStatus controller, Findings findings) {
        String subject = "controller " + controller.name() + " ";
        switch (controller.state()) {
            case FAILED ->
                findings.critical(subject + "has failed: " + controller.reason()
                        + "; correct that, or delete it with vhost:delete " + controller.name());
            case WAITING ->
                findings.unavailable(
                        subject + "is not there: " + controller.reason() + "; lb io.hotbay lists the bundles");
            // It has come while we looked.
            case RUNNING -> {}
        }
    }

    private static void findPresent(ControllerStatus controller, List<ConfiguredStatus> configured, Findings findings) {
        String subject = "controller " + controller.name() + " ";
        switch (controller.state()) {
            case FAILED ->
                findings.critical(subject + "has failed: " + controller.reason() + "; delete it with vhost:delete "
                        + controller.name() + " and create it as it should be");
            case WAITING -> findWaiting(controller, configured, findings);
            case LISTENING -> {}
        }
    }

    private static void findWaiting(ControllerStatus controller, List<ConfiguredStatus> configured, Findings findings) {
        String stake = controller.sessions().isEmpty() ? "" : "; a guest is connected";
        String waits = "controller " + controller.name() + ": " + controller.reason() + stake;
        boolean bdevConfigured = configured.stream()
                .anyMatch(each -> each.kind() == Kind.BDEV && each.name().equals(controller.bdev()));
        if (bdevConfigured) {
            findings.unavailable(waits);
        } else {
            findings.critical(waits + "; no bdev " + controller.bdev()
                    + " is configured: create it with bdev:create, or delete the controller with vhost:delete "
                    + controller.name());
        }
    }
}
