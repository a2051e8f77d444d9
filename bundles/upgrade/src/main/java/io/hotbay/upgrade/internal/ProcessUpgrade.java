// SPDX-License-Identifier: Apache-2.0
package io.hotbay.upgrade.internal;

import io.hotbay.deploy.Deployment;
import io.hotbay.keeper.Keeper;
import io.hotbay.linux.Datagram;
import io.hotbay.target.TargetException;
import io.hotbay.target.TargetUpgrade;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

/** Hands this process over to a successor. */
@Component(service = TargetUpgrade.class)
public final class ProcessUpgrade implements TargetUpgrade {
    /** How long a successor that is prepared may take to receive everything; the rings stand still meanwhile. */
    private static final Duration RECEIVE = Duration.ofSeconds(10);
    /** How long it may take from there until it serves. */
    private static final Duration RESUME = Duration.ofSeconds(30);

    private static final String NOTIFY_SOCKET = "NOTIFY_SOCKET";

    private final BundleContext context;
    private final Keeper keeper;
    private final TakeOver takeOver;
    private final Logger logger;
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile boolean replaced;

    @Activate
    public ProcessUpgrade(
            BundleContext context,
            @Reference Keeper keeper,
            @Reference TakeOver takeOver,
            @Reference(service = LoggerFactory.class) Logger logger) {
        this.context = context;
        this.takeOver = takeOver;
        this.keeper = keeper;
        this.logger = logger;
    }

    /** An upgrade that is on its way must not hand over what others use by now. */
    @Deactivate
    void close() {
        replaced = true;
    }

    @Override
    public Runnable upgrade(Optional<Path> home, Duration patience, Consumer<String> progress) throws TargetException {
        if (!busy.compareAndSet(false, true)) {
            throw new TargetException("an upgrade is under way already: wait for its end");
        }
        boolean done = false;
        Consumer<String> told = line -> {
            logger.info("upgrade: {}", line);
            progress.accept(line);
        };
        try {
            refuseDuringSwap();
            Runnable leave = hand(Launcher.of(context), home, patience, told);
            done = true;
            return leave;
        } catch (TargetException e) {
            logger.error("{}", e.getMessage());
            throw e;
        } finally {
            // a process that is about to end is not upgraded again
            busy.set(done);
        }
    }

    @Override
    public boolean isUnderWay() {
        return busy.get() || takeOver.isUnderWay();
    }

    /** A swap may stop this bundle, and what is under way cannot be handed over. Deployment asks in turn whether an upgrade is. */
    private void refuseDuringSwap() throws TargetException {
        ServiceReference<Deployment> reference = context.getServiceReference(Deployment.class);
        Deployment deployment = reference == null ? null : context.getService(reference);
        if (deployment == null) {
            return;
        }
        try {
            Optional<String> swap = deployment.underWay();
            if (swap.isPresent()) {
                throw new TargetException("no upgrade, this process serves on: the " + swap.get()
                        + " is under way: try again when it has ended; deploy:history tells");
            }
        } finally {
            context.ungetService(reference);
        }
    }

    private Runnable hand(Launcher launcher, Optional<Path> home, Duration patience, Consumer<String> progress)
            throws TargetException {
        Path socket = Path.of(
                context.getProperty("hotbay.run.dir"),
                "upgrade-" + ProcessHandle.current().pid() + ".sock");
        launcher.admitSuccessor();
        boolean done = false;
        try (Successor successor =
                Successor.start(launcher, home, socket, !serviceManager().isEmpty())) {
            long pid = successor.pid();
            progress.accept(
                    "started process " + pid + home.map(path -> " from " + path).orElse(""));
            Report report = replace(successor, patience, progress);
            done = true;
            tellServiceManager(pid);
            progress.accept("process " + pid + " serves " + report.disks() + " disks, " + report.sessions()
                    + " sessions go on, longest pause " + millis(report) + " ms");
            return () -> launcher.leave(pid);
        } catch (IOException e) {
            throw new TargetException("no upgrade, this process serves on: " + e.getMessage(), e);
        } finally {
            if (!done) {
                launcher.dismissSuccessor();
            }
        }
    }

    /** Where it listens; empty if there is none. */
    private static String serviceManager() {
        String address = System.getenv(NOTIFY_SOCKET);
        return address == null ? "" : address.strip();
    }

    /** The service manager takes the end of the process it knows for the end of the service. */
    private void tellServiceManager(long pid) {
        String address = serviceManager();
        if (address.isEmpty()) {
            return;
        }
        try {
            Datagram.send(address, ("MAINPID=" + pid + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            logger.error("the service manager at {} cannot be told of process {}: {}", address, pid, e.getMessage());
        }
    }

    private Report replace(Successor successor, Duration patience, Consumer<String> progress)
            throws IOException, TargetException {
        try {
            long start = System.nanoTime();
            successor.awaitPrepared(patience);
            long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
            refuseIfReplaced(successor);
            progress.accept("it is prepared after " + millis + " ms; handing over");
            return handOver(successor);
        } catch (IOException e) {
            if (!successor.kill()) {
                logger.error("process {} does not end, end it by hand", successor.pid());
            }
            throw new IOException("the successor failed: " + e.getMessage(), e);
        }
    }

    /** Whoever replaces a bundle that this one needs does not ask whether the process is being upgraded. */
    private void refuseIfReplaced(Successor successor) throws TargetException {
        if (replaced) {
            successor.kill();
            throw new TargetException(
                    "no upgrade, this process serves on: the upgrade's own bundle was replaced meanwhile: run it again");
        }
    }

    private static String millis(Report report) {
        return String.format("%.1f", report.micros() / 1000.0);
    }

    private Report handOver(Successor successor) throws IOException, TargetException {
        StartLevel level = new StartLevel(context);
        Report before = Disks.of(context).report();
        Estate estate = null;
        try {
            level.lower();
            estate = Estate.takeFrom(keeper);
            successor.receive(estate, RECEIVE);
            successor.commit(before);
        } catch (IOException e) {
            takeBack(successor, level, estate);
            throw e;
        }
        try (Estate handed = estate) {
            Report after = successor.awaitResumed(RESUME);
            if (after.disks() < before.disks()) {
                throw new IOException("it serves " + after.disks() + " of " + before.disks() + " disks");
            }
            return after;
        } catch (IOException e) {
            throw afterCommit(successor, level, e);
        }
    }

    /** The successor has touched nothing, so everything goes on as it was. */
    private void takeBack(Successor successor, StartLevel level, Estate estate) throws IOException {
        successor.kill();
        if (estate != null) {
            estate.giveTo(keeper);
        }
        level.raise();
    }

    /** What the successor has done nobody knows, as if it were this process that had been killed and comes back. */
    private TargetException afterCommit(Successor successor, StartLevel level, IOException cause) {
        String how = "the successor failed after it had taken over: " + cause.getMessage();
        if (!successor.kill()) {
            return new TargetException(how + "; it does not end, so this process does nothing: end both", cause);
        }
        try {
            level.raise();
            return new TargetException(how + "; this process serves again, front-ends have to connect anew", cause);
        } catch (IOException e) {
            cause.addSuppressed(e);
            return new TargetException(how + "; this process does not come up again either: restart it", cause);
        }
    }
}
