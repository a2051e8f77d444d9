// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.reactor.CpuSet;
import io.hotbay.reactor.Reactors;
import io.hotbay.vhostuser.internal.ring.RingEnvironment;
import io.hotbay.virtio.DeviceContext;
import io.hotbay.virtio.VirtioDeviceType;
import io.hotbay.virtio.VirtqueueFactory;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;

/** The services a controller is wired to; null where there is none just now. */
record ControllerServices(BdevLink bdev, VirtioDeviceType deviceType, Reactors reactors, VirtqueueFactory virtqueues) {
    static final ControllerServices NONE = new ControllerServices(BdevLink.NONE, null, null, null);

    ControllerServices withBdev(BdevLink link) {
        return new ControllerServices(link, deviceType, reactors, virtqueues);
    }

    /** The same, with what stands in for the bdev in its place, if there is such a thing. */
    ControllerServices withStandIn() {
        BlockDevice standIn = bdev.standIn();
        return standIn == null ? this : withBdev(BdevLink.to(standIn, bdev.pid()));
    }

    ControllerServices withDeviceType(VirtioDeviceType service) {
        return new ControllerServices(bdev, service, reactors, virtqueues);
    }

    ControllerServices withReactors(Reactors service) {
        return new ControllerServices(bdev, deviceType, service, virtqueues);
    }

    ControllerServices withVirtqueues(VirtqueueFactory service) {
        return new ControllerServices(bdev, deviceType, reactors, service);
    }

    /** What is different in other services, for people. */
    String difference(ControllerServices other, ControllerSettings settings) {
        if (!bdev.equals(other.bdev)) {
            return "bdev " + settings.bdev();
        }
        if (deviceType != other.deviceType) {
            return "device type " + settings.type();
        }
        return reactors != other.reactors ? "reactors" : "virtqueues";
    }

    /** What there is to wait for, or null when everything is there. */
    String missing(ControllerSettings settings) {
        if (bdev.service() == null) {
            return settings.bdev().isEmpty()
                    ? "no bdev is configured: set hotbay.controller.bdev and bdev.target"
                    : "waits for bdev " + settings.bdev();
        }
        if (deviceType == null) {
            return "waits for device type " + settings.type() + ": is its bundle started?";
        }
        if (reactors == null) {
            return "waits for the reactors: is the bundle io.hotbay.reactor started?";
        }
        if (virtqueues == null) {
            return "waits for virtqueues: is the bundle io.hotbay.virtqueue started?";
        }
        return null;
    }

    /** @throws IllegalArgumentException if rings of a controller with these settings cannot run on that core */
    void checkCore(int core, ControllerSettings settings) {
        BitSet cores = settings.cores();
        if (!cores.isEmpty() && !cores.get(core)) {
            throw new IllegalArgumentException("core " + core + " is not among the cores of " + settings.name() + ", "
                    + CpuSet.list(cores) + ": change its cpumask first");
        }
        BitSet wanted = new BitSet();
        wanted.set(core);
        reactors.leastLoaded(wanted);
    }

    /**
     * Makes the device, and what its rings run with. Everything is there.
     *
     * @throws IOException if the device type cannot make it
     * @throws IllegalArgumentException if the cores have no reactor
     */
    RingEnvironment environment(ControllerSettings settings) throws IOException {
        BitSet cores = settings.cores();
        // complains now rather than when a guest has connected
        reactors.leastLoaded(cores);
        DeviceContext context = new DeviceContext(settings.name(), List.of(bdev.service()), settings.options());
        String backing = "bdev " + bdev.service().name() + " (" + bdev.service().product() + ")";
        return new RingEnvironment(
                reactors,
                cores,
                virtqueues,
                deviceType.create(context),
                settings.packedRing(),
                backing,
                settings.tuning());
    }
}
