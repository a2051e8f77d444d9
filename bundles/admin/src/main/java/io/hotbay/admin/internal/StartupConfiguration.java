// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import io.hotbay.target.TargetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

/**
 * Loads the configuration file that the launcher names, once in the life of a framework. If that fails, the target stops, and
 * the launcher finds the reason in the system property {@link #ERROR}.
 */
@Component(service = StartupConfiguration.class, immediate = true)
public final class StartupConfiguration {
    static final String FILE = "hotbay.config.file";
    static final String ERROR = "hotbay.startup.error";
    /** System property: the launcher need not wait for the file any longer before it starts what only people need. */
    private static final String SETTLED = "hotbay.startup.settled";
    /** System property: the file itself is wrong, so that it cannot be loaded another time either. */
    private static final String WRONG_FILE = "hotbay.startup.wrong.file";

    /** System property: front-ends were connected when the process started. */
    private static final String TAKEN_OVER = "hotbay.taken.over";

    private static final long STOP_MILLIS = 5_000;

    /** How far loading is. */
    enum State {
        LOADING,
        LOADED,
        FAILED
    }

    private final ConfiguredTarget target;
    private final Logger logger;
    private final BundleContext context;
    private final Path mark;
    private final Thread thread;
    private volatile State state = State.LOADING;
    private volatile boolean stopping;

    /** Begins to load, if there is something to load. */
    @Activate
    public StartupConfiguration(
            @Reference ConfiguredTarget target,
            @Reference(service = LoggerFactory.class) Logger logger,
            BundleContext context) {
        this.target = target;
        this.logger = logger;
        this.context = context;
        this.mark = context.getDataFile("loaded").toPath();
        String file = context.getProperty(FILE);
        boolean nothing = file == null || file.isBlank() || wasLoaded();
        this.thread = new Thread(() -> load(Path.of(file)), "hotbay-load");
        if (nothing) {
            end(State.LOADED);
        } else {
            thread.start();
        }
    }

    @Deactivate
    void deactivate() throws InterruptedException {
        stopping = true;
        thread.interrupt();
        thread.join(STOP_MILLIS);
    }

    /** How far loading is; LOADED also when there is nothing to load. */
    State state() {
        return state;
    }

    private void load(Path file) {
        try {
            target.loadAtStart(file, StartupConfiguration::settle);
            remember();
            end(State.LOADED);
            logger.info("loaded {}", file);
        } catch (TargetException e) {
            System.setProperty(WRONG_FILE, Boolean.toString(e.getCause() instanceof DocumentException));
            fail(e.getMessage());
        } catch (RuntimeException e) {
            // Nobody else would see it, and a target without its disks must not seem to be well.
            logger.error("loading {} failed", file, e);
            fail("loading " + file + " failed: " + e);
        }
    }

    private void end(State how) {
        state = how;
        target.state().endStartup();
        settle();
    }

    private static void settle() {
        System.setProperty(SETTLED, Boolean.toString(true));
    }

    private void fail(String reason) {
        if (stopping) {
            return;
        }
        if (Boolean.getBoolean(TAKEN_OVER)) {
            goOn(reason);
            return;
        }
        logger.error("{}", reason);
        System.setProperty(ERROR, reason);
        end(State.FAILED);
        try {
            context.getBundle(Constants.SYSTEM_BUNDLE_ID).stop();
        } catch (BundleException e) {
            logger.error("the framework cannot be stopped: {}", e.getMessage());
        }
    }

    /** Machines at work lose their disks if the target ends; what they were served with before is configured still. */
    private void goOn(String reason) {
        String complaint = "the configuration file is not in effect: " + reason;
        logger.error("{}; what was configured before goes on", complaint);
        target.state().complain(complaint);
        end(State.LOADED);
    }

    /** After an update of this bundle the file must not bring back what was deleted since. */
    private boolean wasLoaded() {
        try {
            return Files.readString(mark).equals(frameworkId());
        } catch (IOException e) {
            return false;
        }
    }

    private void remember() {
        try {
            Files.writeString(mark, frameworkId());
        } catch (IOException e) {
            logger.warn("{} cannot be written: an update of this bundle will load the configuration again", mark);
        }
    }

    private String frameworkId() {
        return String.valueOf(context.getProperty(Constants.FRAMEWORK_UUID));
    }
}
