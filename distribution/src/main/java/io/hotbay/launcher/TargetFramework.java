// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.launch.Framework;

/** The framework with the product's bundles in it, from start to stop. */
final class TargetFramework {
    /**
     * Set by the bundle that applies the configuration file when it cannot; then it stops the framework. Whatever stops it for it has
     * not come up, memory that was found is left where it is.
     */
    private static final String STARTUP_ERROR = "hotbay.startup.error";

    /** Set besides if the file itself is wrong. */
    private static final String WRONG_FILE = "hotbay.startup.wrong.file";

    /** True until all bundles have been started: whoever says that the target is ready waits for that. */
    private static final String STARTING = "hotbay.starting";

    private static final long STOP_TIMEOUT_SECONDS = 60;

    private static final long RELEASE_TIMEOUT_SECONDS = 5;

    private final Map<String, String> properties = new HashMap<>();
    private final CountDownLatch released = new CountDownLatch(1);
    private final StartUp startUp;
    private final InstanceLocks locks;
    private volatile Handing handing;

    TargetFramework(Map<String, String> properties, StartUp startUp, InstanceLocks locks) {
        this.startUp = startUp;
        this.locks = locks;
        this.properties.putAll(properties);
        // What is installed follows from the distribution and the deploy directory; only configuration is kept.
        this.properties.put(Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        this.properties.put("felix.log.level", "1");
        this.properties.put("felix.fileinstall.poll", "500");
        this.properties.put("felix.fileinstall.noInitialDelay", "true");
        this.properties.put("felix.fileinstall.enableConfigSave", "false");
        // Jars are the deploy bundle's business.
        this.properties.put("felix.fileinstall.filter", ".*(?<![.]jar)");
        this.properties.put("felix.fileinstall.start.level", Integer.toString(StartLevels.BACKENDS));
        this.properties.put("gosh.args", "--nointeractive");
        this.properties.put("org.osgi.service.log.admin.loglevel", "INFO");
        // What is logged before the log bundle runs is kept for it.
        this.properties.put("org.apache.felix.log.maxSize", "1000");
        this.properties.put(Constants.FRAMEWORK_BEGINNING_STARTLEVEL, Integer.toString(startUp.level()));
        startUp.configure(this.properties);
    }

    void run() throws LaunchException {
        Framework framework = new FrameworkFactory().newFramework(properties);
        StartFailures failures = new StartFailures();
        Thread stopper = new Thread(() -> stopForSignal(framework), "hotbay-stop");
        try {
            framework.init();
            List<Bundle> bundles = new ArrayList<>();
            for (BundleSource.Entry entry : BundleSource.find()) {
                bundles.add(entry.install(framework.getBundleContext()));
            }
            for (Bundle bundle : bundles) {
                startUp.assign(bundle);
                start(bundle);
            }
            Runtime.getRuntime().addShutdownHook(stopper);
            framework.getBundleContext().addFrameworkListener(failures);
            handing = new Handing(framework, locks);
            handing.offer();
            System.setProperty(STARTING, Boolean.toString(true));
            framework.start();
            failures.check();
            startUp.complete(framework, failures);
            System.clearProperty(STARTING);
        } catch (BundleException e) {
            throw failed(framework, new LaunchException("the framework does not start: " + e.getMessage(), e));
        } catch (LaunchException e) {
            throw failed(framework, e);
        }
        await(framework);
        String error = System.getProperty(STARTUP_ERROR);
        if (error != null) {
            throw new LaunchException(error, Boolean.getBoolean(WRONG_FILE) ? Hotbay.MISCONFIGURED : Hotbay.FAILED);
        }
    }

    /** To be called when the directories are no longer locked: from then on the process may end. */
    void locksReleased() {
        released.countDown();
    }

    /** The process that has taken this one's place, or 0. */
    long successor() {
        return handing == null ? 0 : handing.successor();
    }

    private static void start(Bundle bundle) throws BundleException {
        boolean fragment = bundle.getHeaders().get(Constants.FRAGMENT_HOST) != null;
        if (!fragment) {
            bundle.start(Bundle.START_ACTIVATION_POLICY);
        }
    }

    private static void await(Framework framework) throws LaunchException {
        try {
            FrameworkEvent event = framework.waitForStop(0);
            if (event.getType() == FrameworkEvent.ERROR) {
                throw new LaunchException("the framework stopped with an error: " + event.getThrowable());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Runs in a shutdown hook: SIGTERM and SIGINT are ordinary ways to stop a target, so the exit status is 0. */
    private void stopForSignal(Framework framework) {
        int state = framework.getState();
        if (state != Bundle.ACTIVE && state != Bundle.STARTING) {
            return;
        }
        handing.store();
        boolean stopped = stop(framework) && awaitRelease();
        System.err.flush();
        Runtime.getRuntime().halt(stopped ? 0 : Hotbay.FAILED);
    }

    private boolean awaitRelease() {
        try {
            return released.await(RELEASE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            return false;
        }
    }

    private static LaunchException failed(Framework framework, LaunchException reason) {
        System.setProperty(STARTUP_ERROR, reason.getMessage());
        stop(framework);
        return reason;
    }

    private static boolean stop(Framework framework) {
        try {
            framework.stop();
            FrameworkEvent event = framework.waitForStop(TimeUnit.SECONDS.toMillis(STOP_TIMEOUT_SECONDS));
            if (event.getType() != FrameworkEvent.WAIT_TIMEDOUT) {
                return true;
            }
            System.err.println("hotbay: did not stop within " + STOP_TIMEOUT_SECONDS + " s; ending it the hard way");
        } catch (BundleException | InterruptedException e) {
            System.err.println("hotbay: stopping failed: " + e);
        }
        return false;
    }
}
