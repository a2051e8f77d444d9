// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import io.hotbay.deploy.UpdateOption;
import io.hotbay.target.TargetException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.apache.felix.fileinstall.ArtifactInstaller;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

/**
 * Takes a jar that is dropped into File Install's directory for an update if its bundle is installed from elsewhere. File Install by
 * itself would install it beside the other one, and both would serve the same configurations. When the jar is removed, the bundle
 * goes back to what it was installed from. Bundles that nobody knew stay with File Install.
 */
@Component(service = ArtifactInstaller.class)
public final class DroppedBundles implements ArtifactInstaller {
    private static final String SUFFIX = ".jar";
    /** File Install's property for the directory that it watches. */
    private static final String DIRECTORY = "felix.fileinstall.dir";

    private final BundleContext context;
    private final BundleDeployment deployment;
    /** The bundles that files have replaced, by their numbers; File Install has one thread. */
    private final Map<File, Long> dropped = new HashMap<>();

    private final DoubleBundles doubles;

    @Activate
    public DroppedBundles(
            BundleContext context,
            @Reference BundleDeployment deployment,
            @Reference(service = LoggerFactory.class) Logger logger) {
        this.context = context;
        this.deployment = deployment;
        String directory = context.getProperty(DIRECTORY);
        doubles = directory == null ? null : new DoubleBundles(context, Path.of(directory), logger);
        if (doubles != null) {
            doubles.open();
        }
    }

    @Deactivate
    void deactivate() {
        if (doubles != null) {
            doubles.close();
        }
    }

    @Override
    public boolean canHandle(File file) {
        return file.getName().endsWith(SUFFIX) && installed(file).isPresent();
    }

    /** The bundle that a file is to replace. */
    private Optional<Bundle> installed(File file) {
        String name = name(file);
        String own = file.toURI().toString();
        return Stream.of(context.getBundles())
                .filter(bundle -> bundle.getSymbolicName() != null
                        && bundle.getSymbolicName().equals(name)
                        && !bundle.getLocation().equals(own))
                .findFirst();
    }

    /** A file that is no bundle has none; File Install tells what is wrong with it. */
    private static String name(File file) {
        try (JarFile jar = new JarFile(file)) {
            Manifest manifest = jar.getManifest();
            String name =
                    manifest == null ? null : manifest.getMainAttributes().getValue(Constants.BUNDLE_SYMBOLICNAME);
            return name == null ? "" : name.split(";", 2)[0].strip();
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void install(File file) throws TargetException, InterruptedException {
        Optional<Bundle> bundle = installed(file);
        if (bundle.isPresent()) {
            deployment.updateInTurn(bundle.get(), file.getPath(), Set.of(), DroppedBundles::isLeaving);
            dropped.put(file, bundle.get().getBundleId());
        }
    }

    @Override
    public void update(File file) throws TargetException, InterruptedException {
        install(file);
    }

    @Override
    public void uninstall(File file) throws TargetException, InterruptedException {
        Long id = dropped.remove(file);
        Bundle bundle = id == null ? null : context.getBundle(id);
        if (bundle != null) {
            Optional<File> other = dropped.keySet().stream()
                    .filter(each -> dropped.get(each).equals(id))
                    .findFirst();
            String source = other.map(File::getPath).orElse(bundle.getLocation());
            deployment.updateInTurn(bundle, source, Set.of(UpdateOption.DOWNGRADE), DroppedBundles::isLeaving);
        }
    }

    /** File Install waits for its thread when it is stopped. It finds the file again when it starts, in the next process for example. */
    private static boolean isLeaving() {
        Bundle asking = FrameworkUtil.getBundle(ArtifactInstaller.class);
        return asking != null && asking.getState() == Bundle.STOPPING;
    }
}
