// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import io.hotbay.deploy.BundleStatus;
import io.hotbay.deploy.Deployment;
import io.hotbay.deploy.InstalledBundle;
import io.hotbay.deploy.Swap;
import io.hotbay.deploy.SwapPlan;
import io.hotbay.deploy.UpdateOption;
import io.hotbay.target.TargetException;
import io.hotbay.target.TargetUpgrade;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Manages the bundles of the framework it runs in. It has no references but the log: whatever it used could not be replaced without it. */
@Component(
        configurationPid = BundleDeployment.PID,
        immediate = true,
        service = {Deployment.class, BundleDeployment.class})
@Designate(ocd = BundleDeployment.Config.class)
public final class BundleDeployment implements Deployment {
    static final String PID = "io.hotbay.deploy";

    private final BundleContext context;
    private final Effects effects;
    private final History history;
    private final Swaps swaps;
    private final Installation installation;
    private final Installation dropped;
    private final Refreshes refreshes;
    private final OtherSwaps others;
    private final Gate gate = new Gate(this::isUpgradeUnderWay);
    private volatile long limitNanos;

    /** Configuration of deployment. */
    @ObjectClassDefinition(name = "Deployment", description = "How bundles are updated and installed live.")
    @interface Config {
        @AttributeDefinition(
                name = "Time limit",
                description = "Seconds after an update until which all that worked before must work again.",
                min = "1",
                max = "3600",
                required = false)
        int timeout() default 30;
    }

    /** Begins, and ends a swap in which this bundle itself was replaced. */
    @Activate
    public BundleDeployment(
            BundleContext context, Config config, @Reference(service = LoggerFactory.class) Logger logger) {
        this.context = context;
        modify(config);
        Path directory = directory(context);
        effects = new Effects(context);
        history = new History(directory.resolve("history.jsonl"));
        swaps = new Swaps(context, directory, history, gate, () -> limitNanos);
        installation = new Installation(context, directory.resolve("incoming.jar"), history);
        // At the same time as a swap.
        dropped = new Installation(context, directory.resolve("dropped.jar"), history);
        refreshes = new Refreshes(context);
        swaps.resume();
        others = new OtherSwaps(
                context,
                history,
                new ProcessNote(context, directory.resolve("process.json")),
                this::isSwapping,
                this::isUpgradeUnderWay,
                () -> limitNanos,
                logger);
    }

    private boolean isSwapping() {
        return gate.inside().isPresent() || swaps.isPending();
    }

    /** A swap that is under way ends with the new limit. */
    @Modified
    void modify(Config config) {
        limitNanos = TimeUnit.SECONDS.toNanos(config.timeout());
    }

    private static Path directory(BundleContext context) {
        String state = context.getProperty("hotbay.state.dir");
        return state == null ? context.getDataFile("deploy").toPath() : Path.of(state, "deploy");
    }

    /** Lets a swap end that does not concern this bundle. */
    @Deactivate
    public void close() {
        others.close();
        swaps.close();
    }

    @Override
    public List<BundleStatus> bundles() {
        List<BundleStatus> all = new ArrayList<>();
        Stream.of(context.getBundles())
                .sorted(Comparator.comparingLong(Bundle::getBundleId))
                .forEach(bundle -> all.add(status(bundle)));
        return all;
    }

    private BundleStatus status(Bundle bundle) {
        return new BundleStatus(
                bundle.getBundleId(),
                String.valueOf(bundle.getSymbolicName()),
                bundle.getVersion().toString(),
                BundleNames.state(bundle),
                effects.dependents(bundle),
                plan(bundle).rings());
    }

    @Override
    public SwapPlan plan(String name) throws TargetException {
        return plan(replaceable(name));
    }

    private Bundle replaceable(String name) throws TargetException {
        Bundle bundle = BundleNames.find(context, name);
        if (bundle.getBundleId() == Constants.SYSTEM_BUNDLE_ID) {
            throw new TargetException("the framework itself is replaced with the process only: bin/hotbay upgrade");
        }
        return bundle;
    }

    private SwapPlan plan(Bundle bundle) {
        Set<Bundle> closure = effects.closure(bundle);
        return new SwapPlan(
                bundle.getBundleId(),
                String.valueOf(bundle.getSymbolicName()),
                bundle.getVersion().toString(),
                closure.stream()
                        .filter(each -> !each.equals(bundle))
                        .map(Bundle::getSymbolicName)
                        .sorted()
                        .toList(),
                effects.controllers(closure));
    }

    @Override
    public Swap update(String name, String source, Set<UpdateOption> options) throws TargetException {
        Bundle bundle = replaceable(name);
        gate.enter("update of " + bundle.getSymbolicName());
        return swaps.update(bundle, source == null ? bundle.getLocation() : source, options);
    }

    /**
     * The same safely, and in turn when another swap or a rewiring is under way: nobody is there to try it again.
     *
     * @param begun called as soon as it cannot be refused any more
     */
    Swap updateInTurn(Bundle bundle, String source, Set<UpdateOption> more, Runnable begun)
            throws TargetException, InterruptedException {
        gate.enterInTurn("update of " + bundle.getSymbolicName());
        awaitRefreshes();
        Set<UpdateOption> options = EnumSet.of(UpdateOption.SAFE);
        options.addAll(more);
        return swaps.update(bundle, source, options, begun);
    }

    private void awaitRefreshes() throws InterruptedException {
        try {
            refreshes.await();
        } catch (InterruptedException | RuntimeException e) {
            gate.leave();
            throw e;
        }
    }

    /**
     * Installs and starts a bundle from a file that it goes with. Also while the process is being upgraded: that may wait for the disks
     * that the bundle serves.
     *
     * @return its number
     */
    long installInTurn(Path file) throws TargetException, InterruptedException {
        refreshes.await();
        return dropped.install(file.toString(), file.toUri().toString()).id();
    }

    @Override
    public InstalledBundle install(String source) throws TargetException {
        gate.enter("installation of " + source);
        try {
            return installation.install(source);
        } finally {
            gate.leave();
        }
    }

    @Override
    public Optional<String> underWay() {
        return gate.inside();
    }

    private boolean isUpgradeUnderWay() {
        ServiceReference<TargetUpgrade> reference = context.getServiceReference(TargetUpgrade.class);
        TargetUpgrade upgrade = reference == null ? null : context.getService(reference);
        if (upgrade == null) {
            return false;
        }
        try {
            return upgrade.isUnderWay();
        } finally {
            context.ungetService(reference);
        }
    }

    @Override
    public List<Swap> history() throws TargetException {
        return history.swaps();
    }
}
