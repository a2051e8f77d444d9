// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Dictionary;
import java.util.Enumeration;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;

/**
 * A framework in this process, with bundles out of the installation and properties that say nothing of Hotbay but where leases may
 * be. Services are called by reflection, because their classes are the bundles' own.
 */
final class Gateway implements AutoCloseable {
    private static final String CONFIGURATION_ADMIN = "org.osgi.service.cm.ConfigurationAdmin";
    private static final String TARGET_ADMIN = "io.hotbay.target.TargetAdmin";
    private static final String LOG = "org.osgi.service.log.LogReaderService";
    private static final String ANY_LOCATION = "?";
    private static final long STOP_MILLIS = TimeUnit.SECONDS.toMillis(60);

    private final Path directory = Files.createTempDirectory("hb");
    private final Framework framework;
    private final List<String> complaints = new ArrayList<>();

    Gateway() throws IOException, BundleException {
        framework = new FrameworkFactory()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        directory.resolve("framework").toString(),
                        "hotbay.run.dir",
                        directory.toString(),
                        "felix.log.level",
                        "1",
                        "org.apache.felix.log.maxSize",
                        "1000",
                        "org.osgi.service.log.admin.loglevel",
                        "INFO"));
        framework.start();
    }

    Path sockets() {
        return directory.resolve("sockets");
    }

    /** Installs and starts bundles of the installation, by what their file names begin with. */
    Gateway install(String... names) throws IOException, BundleException {
        List<Bundle> bundles = new ArrayList<>();
        for (String name : names) {
            bundles.add(framework
                    .getBundleContext()
                    .installBundle(file(name).toUri().toString()));
        }
        for (Bundle bundle : bundles) {
            if (bundle.getHeaders().get(Constants.FRAGMENT_HOST) == null) {
                bundle.start();
            }
        }
        return this;
    }

    private static Path file(String name) throws IOException {
        try (Stream<Path> files = Files.list(Product.home().resolve("bundle"))) {
            return files.filter(each -> each.getFileName().toString().matches(name + "-[0-9].*\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("there is no bundle " + name));
        }
    }

    /** Writes a factory configuration. */
    void configure(String factoryPid, String name, Map<String, Object> properties) throws Exception {
        Object configuration = configuration(factoryPid, name);
        method(configuration, "update", 1).invoke(configuration, (Dictionary<?, ?>) new Hashtable<>(properties));
    }

    void delete(String factoryPid, String name) throws Exception {
        Object configuration = configuration(factoryPid, name);
        method(configuration, "delete", 0).invoke(configuration);
    }

    private Object configuration(String factoryPid, String name) throws Exception {
        Object admin = service(CONFIGURATION_ADMIN);
        return method(admin, "getFactoryConfiguration", 3).invoke(admin, factoryPid, name, ANY_LOCATION);
    }

    /** Calls a method of TargetAdmin. */
    void call(String name, Object... arguments) throws Exception {
        Object admin = service(TARGET_ADMIN);
        try {
            method(admin, name, arguments.length).invoke(admin, arguments);
        } catch (InvocationTargetException e) {
            throw new AssertionError(name + ": " + e.getCause().getMessage(), e.getCause());
        }
    }

    private Object service(String type) {
        BundleContext context = framework.getBundleContext();
        ServiceReference<?> reference = context.getServiceReference(type);
        return context.getService(reference);
    }

    private static Method method(Object object, String name, int parameters) {
        Method method = Stream.of(object.getClass().getMethods())
                .filter(each -> each.getName().equals(name) && each.getParameterCount() == parameters)
                .findFirst()
                .orElseThrow();
        method.setAccessible(true);
        return method;
    }

    /** Warnings and errors in the log, until the framework has been stopped. */
    List<String> complaints() {
        return complaints;
    }

    private void keepComplaints() throws Exception {
        Object log = service(LOG);
        Enumeration<?> entries = (Enumeration<?>) method(log, "getLog", 0).invoke(log);
        while (entries.hasMoreElements()) {
            Object entry = entries.nextElement();
            String level = method(entry, "getLogLevel", 0).invoke(entry).toString();
            if (level.equals("WARN") || level.equals("ERROR")) {
                complaints.add(level + " " + method(entry, "getMessage", 0).invoke(entry));
            }
        }
    }

    void stop() throws Exception {
        keepComplaints();
        framework.stop();
        if (framework.waitForStop(STOP_MILLIS).getType() == FrameworkEvent.WAIT_TIMEDOUT) {
            throw new AssertionError("the framework does not stop");
        }
    }

    @Override
    public void close() throws Exception {
        if (framework.getState() == Bundle.ACTIVE) {
            stop();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
