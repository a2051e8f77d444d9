// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor.internal;

import io.hotbay.linux.LinuxException;
import io.hotbay.reactor.CpuSet;
import io.hotbay.reactor.Reactor;
import io.hotbay.reactor.Reactors;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import org.osgi.service.metatype.annotations.Designate;

/** Keeps one reactor running on each configured core. */
@Component(configurationPid = Reactors.PID, configurationPolicy = ConfigurationPolicy.OPTIONAL, immediate = true)
@Designate(ocd = ReactorConfiguration.class)
public final class ConfiguredReactors implements Reactors {
    private static final int MAXIMUM_SPIN_MICROS = 1_000_000;

    private final CoreChoice choice;
    private final Logger logger;

    /** Immutable and sorted by core; replaced when the cores change. */
    private volatile List<CoreReactor> reactors = List.of();

    @Activate
    public ConfiguredReactors(
            BundleContext context,
            ReactorConfiguration configuration,
            @Reference(service = LoggerFactory.class) Logger logger) {
        this(CoreChoice.ofThisProcess(context.getProperty("hotbay.cores")), configuration, logger);
    }

    ConfiguredReactors(CoreChoice choice, ReactorConfiguration configuration, Logger logger) {
        this.choice = choice;
        this.logger = logger;
        Supplier<SpinBudget> budget = budget(configuration);
        CompilerThreads.check(configuration);
        BitSet cores = choice.choose(configuration.cores());
        try {
            startAll(cores, budget);
        } catch (IllegalStateException e) {
            deactivate();
            throw e;
        }
        CompilerThreads.giveWay(configuration, logger);
        logger.info(
                "{} {}, polling: {}",
                cores.cardinality() == 1 ? "reactor on core" : "reactors on cores",
                CpuSet.list(cores),
                text(configuration));
    }

    @Modified
    synchronized void modified(ReactorConfiguration configuration) {
        try {
            Supplier<SpinBudget> budget = budget(configuration);
            CompilerThreads.check(configuration);
            BitSet cores = choice.choose(configuration.cores());
            reactors.forEach(reactor -> reactor.spin(budget.get()));
            startAll(cores, budget);
            stopOthers(cores);
            CompilerThreads.giveWay(configuration, logger);
        } catch (IllegalArgumentException | IllegalStateException e) {
            logger.error("new configuration of the reactors is not in effect: {}", e.getMessage());
        }
    }

    @Deactivate
    synchronized void deactivate() {
        List<CoreReactor> last = reactors;
        reactors = List.of();
        last.forEach(CoreReactor::stop);
    }

    /** Each reactor gets one of its own, because it learns from what that reactor does. */
    private static Supplier<SpinBudget> budget(ReactorConfiguration configuration) {
        Polling polling = Polling.of(configuration.polling());
        int micros = configuration.spin__us();
        if (micros == ReactorConfiguration.AS_POLLING_SAYS) {
            return polling::budget;
        }
        if (micros < 0 || micros > MAXIMUM_SPIN_MICROS) {
            throw new IllegalArgumentException("spin_us of " + Reactors.PID + " is " + micros + ": must be 0 to "
                    + MAXIMUM_SPIN_MICROS + ", or -1 for what polling says");
        }
        return () -> SpinBudget.fixed(TimeUnit.MICROSECONDS.toNanos(micros));
    }

    private static String text(ReactorConfiguration configuration) {
        int micros = configuration.spin__us();
        return micros == ReactorConfiguration.AS_POLLING_SAYS ? configuration.polling() : micros + " µs";
    }

    /** Starts what is missing; each one that runs is published at once, so that a failure leaves none unowned. */
    private void startAll(BitSet cores, Supplier<SpinBudget> budget) {
        TreeMap<Integer, CoreReactor> running = byCore();
        cores.stream().filter(core -> !running.containsKey(core)).forEach(core -> {
            try {
                running.put(core, CoreReactor.start(core, budget.get(), logger));
            } catch (LinuxException e) {
                throw new IllegalStateException("reactor on core " + core + " cannot start: " + e.getMessage(), e);
            }
            reactors = List.copyOf(running.values());
        });
    }

    /** Stops the reactors of all other cores but those that are in use: whoever has a poller there moves it first. */
    private void stopOthers(BitSet cores) {
        for (CoreReactor reactor : reactors) {
            if (cores.get(reactor.core())) {
                continue;
            }
            TreeMap<Integer, CoreReactor> others = byCore();
            others.remove(reactor.core());
            // Out of sight first, so that nobody picks it between the look at its load and its end.
            reactors = List.copyOf(others.values());
            if (reactor.load() == 0) {
                reactor.stop();
                continue;
            }
            others.put(reactor.core(), reactor);
            reactors = List.copyOf(others.values());
            logger.error(
                    "core {} was taken out of the configuration of the reactors, but its reactor still runs {}: it stays;"
                            + " move them to another (reactor:move), then change the configuration again",
                    reactor.core(),
                    reactor.pollers());
        }
    }

    private TreeMap<Integer, CoreReactor> byCore() {
        TreeMap<Integer, CoreReactor> map = new TreeMap<>();
        reactors.forEach(reactor -> map.put(reactor.core(), reactor));
        return map;
    }

    @Override
    public List<Reactor> all() {
        return List.copyOf(reactors);
    }

    @Override
    public Reactor leastLoaded(BitSet cores) {
        List<CoreReactor> candidates = reactors;
        return candidates.stream()
                .filter(reactor -> cores.isEmpty() || cores.get(reactor.core()))
                .min(Comparator.comparingInt(CoreReactor::load))
                .orElseThrow(() -> new IllegalArgumentException(
                        "no reactor on cores " + CpuSet.list(cores) + ": there are reactors on " + cores(candidates)
                                + "; choose among them or change cores of " + Reactors.PID + " (-m)"));
    }

    private static String cores(List<CoreReactor> reactors) {
        BitSet cores = new BitSet();
        reactors.forEach(reactor -> cores.set(reactor.core()));
        return cores.isEmpty() ? "no core" : CpuSet.list(cores);
    }
}
