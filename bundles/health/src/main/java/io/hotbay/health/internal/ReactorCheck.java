// SPDX-License-Identifier: Apache-2.0
package io.hotbay.health.internal;

import io.hotbay.reactor.Reactor;
import io.hotbay.reactor.ReactorStatistics;
import io.hotbay.reactor.Reactors;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Whether the reactors go round, and get the processor time for it. Watches them for half a second. */
@Component
@TargetCheck(name = "reactors")
public final class ReactorCheck implements HealthCheck {
    private static final long WATCH_MILLIS = 500;

    private final Reactors reactors;
    private final Pause pause;

    /** Lets time pass. */
    interface Pause {
        void take() throws InterruptedException;
    }

    /** @param reactors null while they are not there */
    @Activate
    public ReactorCheck(
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    Reactors reactors) {
        this(reactors, () -> TimeUnit.MILLISECONDS.sleep(WATCH_MILLIS));
    }

    ReactorCheck(Reactors reactors, Pause pause) {
        this.reactors = reactors;
        this.pause = pause;
    }

    @Override
    public Result execute() {
        Findings findings = new Findings();
        if (reactors == null) {
            findings.missing("reactor");
            return findings.resultOr("");
        }
        List<Reactor> all = reactors.all();
        List<ReactorStatistics> before = all.stream().map(Reactor::statistics).toList();
        try {
            pause.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            findings.add(Status.HEALTH_CHECK_ERROR, "the check was interrupted");
            return findings.resultOr("");
        }
        for (int i = 0; i < all.size(); i++) {
            ReactorWatch watch = new ReactorWatch(before.get(i), all.get(i).statistics());
            watch.find(all.get(i).core(), all.get(i).pollers(), findings);
        }
        return findings.resultOr(Findings.count(all.size(), "reactor") + " going round");
    }
}
