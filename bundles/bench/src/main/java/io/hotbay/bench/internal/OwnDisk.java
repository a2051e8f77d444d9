// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.internal;

import io.hotbay.target.TargetAdmin;
import io.hotbay.target.TargetException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** A bdev and a controller that are made for one run and deleted after it. */
final class OwnDisk implements AutoCloseable {
    private static final String DEVICE_TYPE = "blk";
    private static final String DEFAULT_SIZE = "256MiB";

    private final TargetAdmin admin;
    private final String name;

    private OwnDisk(TargetAdmin admin, String name) {
        this.admin = admin;
        this.name = name;
    }

    /** Makes one of a type with options: {@code malloc,size=64MiB}. */
    static OwnDisk make(BundleContext context, String text) throws BenchException {
        ServiceReference<TargetAdmin> reference = context.getServiceReference(TargetAdmin.class);
        TargetAdmin admin = reference == null ? null : context.getService(reference);
        if (admin == null) {
            throw new BenchException("--make needs the bundle io.hotbay.admin, which is not running");
        }
        String[] words = text.split(",");
        Map<String, String> options = new LinkedHashMap<>();
        options.put("size", DEFAULT_SIZE);
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            if (equals < 1) {
                throw new BenchException("--make: \"" + words[i] + "\" is no option: write name=value");
            }
            options.put(words[i].substring(0, equals), words[i].substring(equals + 1));
        }
        String name = "bench-" + Long.toString(System.nanoTime(), Character.MAX_RADIX);
        OwnDisk disk = new OwnDisk(admin, name);
        try {
            admin.createBdev(words[0], name, options);
            disk.export();
            return disk;
        } catch (TargetException e) {
            throw new BenchException("--make: " + e.getMessage(), e);
        }
    }

    private void export() throws TargetException {
        boolean exported = false;
        try {
            admin.createController(DEVICE_TYPE, name, name, Map.of());
            exported = true;
        } finally {
            if (!exported) {
                admin.deleteBdev(name, true);
            }
        }
    }

    /** Name of its controller. */
    String controller() {
        return name;
    }

    @Override
    public void close() throws BenchException {
        // What is deleted must be deleted also when the run was interrupted; the flag stays set for whoever called.
        boolean interrupted = Thread.interrupted();
        try {
            admin.deleteController(name, true);
            admin.deleteBdev(name, true);
        } catch (TargetException e) {
            throw new BenchException(
                    "the disk " + name + " made for this run could not be deleted: " + e.getMessage(), e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
