// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import io.hotbay.deploy.UpdateOption;
import io.hotbay.target.TargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** What can be found out before anything is touched. */
final class Checks {
    private final BundleContext context;
    private final Requirements requirements;

    Checks(BundleContext context) {
        this.context = context;
        requirements = new Requirements(context);
    }

    void update(Bundle bundle, Candidate candidate, Set<UpdateOption> options) throws TargetException {
        if (!candidate.name().equals(bundle.getSymbolicName())) {
            throw new TargetException(candidate.source() + " is " + candidate.name() + ", not "
                    + bundle.getSymbolicName() + ": install it with deploy:install, or name its own bundle");
        }
        if (candidate.version().compareTo(bundle.getVersion()) < 0 && !options.contains(UpdateOption.DOWNGRADE)) {
            throw new TargetException(candidate.source() + " is older: " + candidate.version() + ", and "
                    + bundle.getVersion() + " is installed; --downgrade takes it nevertheless");
        }
        List<String> troubles = new ArrayList<>();
        try (Trial trial = new Trial(context, candidate)) {
            requirements.unmet(trial.revision(), bundle).forEach(unmet -> troubles.add("it " + unmet));
            requirements.broken(bundle, trial.revision()).forEach(broken -> troubles.add("it would break " + broken));
        }
        check(candidate, troubles);
    }

    void install(Candidate candidate) throws TargetException {
        for (Bundle bundle : context.getBundles()) {
            if (candidate.name().equals(bundle.getSymbolicName())) {
                throw new TargetException(candidate.name() + " is installed already, version " + bundle.getVersion()
                        + ": use deploy:update");
            }
        }
        List<String> troubles = new ArrayList<>();
        try (Trial trial = new Trial(context, candidate)) {
            requirements.unmet(trial.revision(), null).forEach(unmet -> troubles.add("it " + unmet));
        }
        check(candidate, troubles);
    }

    private static void check(Candidate candidate, List<String> troubles) throws TargetException {
        if (!troubles.isEmpty()) {
            throw new TargetException(candidate.source() + " (" + candidate.name() + " " + candidate.version()
                    + ") cannot work here: " + String.join("; ", troubles) + "; nothing was changed");
        }
    }
}
