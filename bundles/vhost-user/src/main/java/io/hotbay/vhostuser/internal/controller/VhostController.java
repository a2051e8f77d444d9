// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.QosLimits;
import io.hotbay.keeper.Keeper;
import io.hotbay.reactor.Reactors;
import io.hotbay.target.Controller;
import io.hotbay.target.ControllerStatus;
import io.hotbay.target.Pause;
import io.hotbay.target.QueueStatistics;
import io.hotbay.vhostuser.internal.ring.Patience;
import io.hotbay.virtio.VirtioDeviceType;
import io.hotbay.virtio.VirtqueueFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.SynchronousConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import org.osgi.service.metatype.annotations.Designate;

/**
 * A controller as a component. It exists as long as its configuration does: all services it needs are optional, because guests
 * stay connected while bundles are swapped.
 */
@Component(
        service = {Controller.class, SynchronousConfigurationListener.class},
        configurationPid = Controller.FACTORY_PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        immediate = true)
@Designate(ocd = ControllerConfiguration.class, factory = true)
public final class VhostController implements Controller, SynchronousConfigurationListener {
    private static final String DIRECTORY_PROPERTY = "hotbay.socket.dir";
    private static final Duration COMPLAIN = Duration.ofSeconds(3);
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final String defaultDirectory;
    private final ExportedDevice device;
    private final KeptHeritage keptHeritage;
    /** What the bdev's properties say besides its limits, which are not the controller's affair. */
    private volatile Map<String, Object> bdevProperties = Map.of();

    @Activate
    public VhostController(
            BundleContext context,
            ControllerConfiguration configuration,
            Map<String, Object> properties,
            @Reference Keeper keeper,
            @Reference(service = LoggerFactory.class) Logger logger) {
        defaultDirectory = context.getProperty(DIRECTORY_PROPERTY);
        keptHeritage = new KeptHeritage(context, keeper, String.valueOf(properties.get(Constants.SERVICE_PID)), logger);
        device = new ExportedDevice(
                ControllerSettings.of(configuration, properties, defaultDirectory),
                new Patience(COMPLAIN, LIMIT, logger),
                System::nanoTime,
                new ThreadAlarm("hotbay-vhost-hold"),
                logger);
    }

    @Activate
    void activate() {
        device.open(keptHeritage.take());
    }

    @Modified
    void modified(ControllerConfiguration configuration, Map<String, Object> properties) {
        device.configure(ControllerSettings.of(configuration, properties, defaultDirectory));
    }

    /** A configuration that is deleted ends the controller; a bundle that is stopped or replaced only makes it pause. */
    @Deactivate
    void deactivate(int reason) {
        if (keptHeritage.isExpected(reason)) {
            keptHeritage.leave(device.handOver());
        } else {
            device.close();
        }
    }

    @Override
    public ControllerStatus status() {
        return device.status();
    }

    @Override
    public List<QueueStatistics> statistics() {
        return device.statistics();
    }

    @Override
    public List<Pause> pauses() {
        return device.pauses();
    }

    @Override
    public void move(int queue, int core) {
        device.move(queue, core);
    }

    /** Without a filter of its own a controller must not take just any bdev. */
    @Reference(
            name = "bdev",
            target = "(!(" + BlockDevice.NAME + "=*))",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            updated = "updatedBdev")
    void bindBdev(BlockDevice service, Map<String, Object> properties) {
        bdevProperties = withoutLimits(properties);
        device.change(services -> services.withBdev(BdevLink.to(service, pid(properties))));
    }

    /** It is the same but has changed, its capacity for example: the device is made anew. */
    void updatedBdev(BlockDevice service, Map<String, Object> properties) {
        if (!withoutLimits(properties).equals(bdevProperties)) {
            bindBdev(service, properties);
        }
    }

    private static Map<String, Object> withoutLimits(Map<String, Object> properties) {
        Map<String, Object> rest = new HashMap<>(properties);
        rest.keySet().removeAll(QosLimits.KEYS);
        return rest;
    }

    void unbindBdev(BlockDevice service) {
        device.change(services -> services.withBdev(services.bdev().without(service)));
    }

    private static String pid(Map<String, Object> properties) {
        return properties.get(Constants.SERVICE_PID) instanceof String pid ? pid : null;
    }

    /**
     * Hears that the configuration of the bdev is deleted, which is all that tells a bdev that is removed from one whose bundle is
     * being swapped. It is heard synchronously and before the bdev leaves, so that a configuration of the same name that is created
     * at once is not taken for the old one.
     */
    @Override
    public void configurationEvent(ConfigurationEvent event) {
        if (event.getType() == ConfigurationEvent.CM_DELETED) {
            device.bdevDeleted(event.getPid());
        }
    }

    @Reference(
            name = "deviceType",
            target = "(" + VirtioDeviceType.TYPE + "=blk)",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindDeviceType(VirtioDeviceType service) {
        device.change(services -> services.withDeviceType(service));
    }

    void unbindDeviceType(VirtioDeviceType service) {
        device.change(services -> services.deviceType() == service ? services.withDeviceType(null) : services);
    }

    @Reference(
            name = "reactors",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindReactors(Reactors service) {
        device.change(services -> services.withReactors(service));
    }

    void unbindReactors(Reactors service) {
        device.change(services -> services.reactors() == service ? services.withReactors(null) : services);
    }

    @Reference(
            name = "virtqueues",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindVirtqueues(VirtqueueFactory service) {
        device.change(services -> services.withVirtqueues(service));
    }

    void unbindVirtqueues(VirtqueueFactory service) {
        device.change(services -> services.virtqueues() == service ? services.withVirtqueues(null) : services);
    }
}
