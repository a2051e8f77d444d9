// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import java.io.IOException;
import java.util.SortedSet;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

/**
 * Says so when a configuration that File Install made of a file has no effect: it takes {@code PID.cfg} and
 * {@code FACTORYPID-NAME.cfg}, and the same with {@code .config}, whether anybody wants them or not. Config Admin asks for this service
 * in every framework, so it must not need a class of File Install's.
 */
@Component
public final class DroppedConfigurations implements ConfigurationListener {
    private static final String FILE = "felix.fileinstall.filename";

    private final BundleContext context;
    private final Components components;
    private final Logger logger;

    @Activate
    public DroppedConfigurations(BundleContext context, @Reference(service = LoggerFactory.class) Logger logger) {
        this.context = context;
        this.logger = logger;
        components = new Components(context);
    }

    /** While the framework starts not everybody who takes configurations is there yet. */
    @Override
    public void configurationEvent(ConfigurationEvent event) {
        if (event.getType() != ConfigurationEvent.CM_UPDATED
                || context.getBundle(Constants.SYSTEM_BUNDLE_ID).getState() != Bundle.ACTIVE) {
            return;
        }
        String pid = event.getFactoryPid() == null ? event.getPid() : event.getFactoryPid();
        String file = file(event);
        if (file == null) {
            return;
        }
        SortedSet<String> taken = components.configurationPids();
        if (!taken.contains(pid)) {
            logger.warn("{} has no effect: no bundle takes configurations of {}, but of {}", file, pid, taken);
        }
    }

    private String file(ConfigurationEvent event) {
        ServiceReference<ConfigurationAdmin> reference = event.getReference();
        ConfigurationAdmin admin = context.getService(reference);
        if (admin == null) {
            return null;
        }
        try {
            // Asked for by its PID alone, one that has been deleted meanwhile would be made anew, without its factory.
            Configuration[] found = admin.listConfigurations("(" + Constants.SERVICE_PID + "=" + event.getPid() + ")");
            return found != null && found[0].getProperties().get(FILE) instanceof String file ? file : null;
        } catch (IOException | InvalidSyntaxException | IllegalStateException e) {
            // It has been deleted meanwhile.
            return null;
        } finally {
            context.ungetService(reference);
        }
    }
}
