// SPDX-License-Identifier: Apache-2.0
package io.hotbay.health.internal;

import io.hotbay.target.ConfiguredStatus;
import io.hotbay.target.ConfiguredStatus.Kind;
import io.hotbay.target.TargetAdmin;
import io.hotbay.target.TargetException;
import java.util.List;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Whether each bdev that is configured is there. */
@Component
@TargetCheck(name = "bdevs")
public final class BdevCheck implements HealthCheck {
    private final TargetAdmin admin;

    /** @param admin null while it is not there */
    @Activate
    public BdevCheck(
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    TargetAdmin admin) {
        this.admin = admin;
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
        List<ConfiguredStatus> bdevs = admin.configured().stream()
                .filter(each -> each.kind() == Kind.BDEV)
                .toList();
        for (ConfiguredStatus bdev : bdevs) {
            String subject = "bdev " + bdev.name() + " (" + bdev.type() + ") ";
            switch (bdev.state()) {
                case FAILED ->
                    findings.critical(subject + "has failed: " + bdev.reason() + "; correct that, or delete it"
                            + " with bdev:delete " + bdev.name());
                case WAITING ->
                    findings.unavailable(
                            subject + "is not there: " + bdev.reason() + "; lb io.hotbay lists the bundles");
                case RUNNING -> {}
            }
        }
        return findings.resultOr(Findings.count(bdevs.size(), "bdev") + " running");
    }
}
