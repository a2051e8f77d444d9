// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import io.hotbay.target.TargetException;
import java.io.IOException;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;

/**
 * Waits until everybody has dealt with all changes of configurations made so far, Declarative Services above all. The registry shows the
 * new name of a service before those who are bound to it have let go of it; Configuration Admin tells its listeners of one change
 * after the other, so whoever hears of a later one knows that the others are through with the earlier ones.
 */
final class ConfigurationBarrier {
    private static final String PID = "io.hotbay.admin.barrier";
    private static final String ANY_LOCATION = "?";
    private static final long SECONDS = 30;

    private final ConfigurationAdmin admin;
    private final BundleContext context;

    ConfigurationBarrier(ConfigurationAdmin admin, BundleContext context) {
        this.admin = admin;
        this.context = context;
    }

    void await() throws TargetException {
        CountDownLatch heard = new CountDownLatch(1);
        ServiceRegistration<ConfigurationListener> listener = context.registerService(
                ConfigurationListener.class,
                event -> {
                    if (event.getType() == ConfigurationEvent.CM_UPDATED && PID.equals(event.getPid())) {
                        heard.countDown();
                    }
                },
                null);
        try {
            Configuration later = admin.getConfiguration(PID, ANY_LOCATION);
            Dictionary<String, Object> properties = new Hashtable<>();
            properties.put("time", System.nanoTime());
            later.update(properties);
            boolean through = heard.await(SECONDS, TimeUnit.SECONDS);
            later.delete();
            if (!through) {
                throw new TargetException("the configuration did not take effect within " + SECONDS + " s");
            }
        } catch (IOException e) {
            throw new TargetException("the configuration cannot be stored: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TargetException("interrupted: the target is being stopped", e);
        } finally {
            listener.unregister();
        }
    }
}
