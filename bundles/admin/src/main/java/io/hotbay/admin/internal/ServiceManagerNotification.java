// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import io.hotbay.linux.Datagram;
import io.hotbay.linux.LinuxException;
import io.hotbay.target.TargetException;
import java.time.Duration;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

/**
 * Tells when the target is ready: the log, and the service manager that started the process, if there is one. That hears also how
 * the target is later on, and when it stops.
 */
@Component(
        service = {},
        immediate = true)
public final class ServiceManagerNotification {
    /** System property of the launcher: whether bundles are still being started that have not been before. */
    private static final String STARTING = "hotbay.starting";

    /** Environment variable with the address to tell. */
    private static final String SOCKET = "NOTIFY_SOCKET";

    /** After this time the target is ready without what is missing: a service manager gives up soon after. */
    private static final Duration READY_LIMIT = Duration.ofSeconds(20);

    private static final long STATUS_INTERVAL_MILLIS = 5_000;
    private static final long STOP_MILLIS = 1_000;

    private final ConfiguredTarget target;
    private final StartupConfiguration startup;
    private final Logger logger;
    private final BundleContext context;
    private final String address;
    private final Thread thread;

    /** Begins to watch. */
    @Activate
    public ServiceManagerNotification(
            @Reference ConfiguredTarget target,
            @Reference StartupConfiguration startup,
            @Reference(service = LoggerFactory.class) Logger logger,
            BundleContext context) {
        this.target = target;
        this.startup = startup;
        this.logger = logger;
        this.context = context;
        this.address = System.getenv(SOCKET);
        this.thread = new Thread(this::watch, "hotbay-notify");
        thread.setDaemon(true);
        thread.start();
    }

    /** Says that the target stops, if it does: not when only this bundle does. */
    @Deactivate
    void deactivate() throws InterruptedException {
        thread.interrupt();
        thread.join(STOP_MILLIS);
        if (hasServiceManager() && system().getState() == Bundle.STOPPING) {
            tell(ServiceManagerMessage.stopping());
        }
    }

    private boolean hasServiceManager() {
        return address != null && !address.isBlank();
    }

    private void watch() {
        try {
            boolean complete = new Patience(READY_LIMIT).until(this::isReady);
            if (startup.state() == StartupConfiguration.State.FAILED) {
                tell(ServiceManagerMessage.status(System.getProperty(StartupConfiguration.ERROR, "failed to start")));
                return;
            }
            String told = status();
            if (complete) {
                logger.info("ready: {}", told);
            } else {
                logger.warn("not ready after {} s: {}", READY_LIMIT.toSeconds(), told);
            }
            tell(ServiceManagerMessage.ready(told));
            while (hasServiceManager()) {
                Thread.sleep(STATUS_INTERVAL_MILLIS);
                String now = status();
                if (!now.equals(told)) {
                    told = now;
                    tell(ServiceManagerMessage.status(now));
                }
            }
        } catch (InterruptedException e) {
            // deactivated: there is nothing more to tell
        } catch (TargetException e) {
            if (!thread.isInterrupted()) {
                logger.error("whether the target is ready is not told any more: {}", e.getMessage());
            }
        }
    }

    private String status() throws TargetException {
        boolean loading = startup.state() == StartupConfiguration.State.LOADING;
        String complaint = target.state().complaint();
        return target.state().summary().text()
                + (loading ? "; still loading the configuration file" : "")
                + (complaint.isEmpty() ? "" : "; " + complaint);
    }

    /** Also when it has failed: then there is nothing to wait for. */
    private boolean isReady() throws TargetException {
        return switch (startup.state()) {
            case LOADING -> false;
            case FAILED -> true;
            case LOADED ->
                system().getState() == Bundle.ACTIVE
                        && !Boolean.getBoolean(STARTING)
                        && target.state().summary().complete();
        };
    }

    private Bundle system() {
        return context.getBundle(Constants.SYSTEM_BUNDLE_ID);
    }

    private void tell(byte[] message) {
        if (!hasServiceManager()) {
            return;
        }
        try {
            Datagram.send(address, message);
        } catch (LinuxException e) {
            logger.warn("the service manager at {} cannot be told: {}", address, e.getMessage());
        }
    }
}
