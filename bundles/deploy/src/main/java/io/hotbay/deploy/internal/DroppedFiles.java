// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import io.hotbay.deploy.UpdateOption;
import io.hotbay.target.TargetException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * A file is an update of the bundle of its name, wherever that was installed from, and back to that when the file is gone. A bundle that
 * nobody knew is installed from the file, and uninstalled with it.
 */
final class DroppedFiles implements DeployDirectory.Bundles {
    private final BundleContext context;
    private final BundleDeployment deployment;
    private final Path directory;

    DroppedFiles(BundleContext context, BundleDeployment deployment, Path directory) {
        this.context = context;
        this.deployment = deployment;
        this.directory = directory;
    }

    @Override
    public long state() {
        Bundle[] bundles = context.getBundles();
        return Stream.of(bundles).mapToLong(Bundle::getLastModified).sum();
    }

    @Override
    public void take(Path file, LongConsumer begun) throws TargetException, InterruptedException {
        Optional<Bundle> known = installed(name(file), file);
        if (known.isEmpty()) {
            begun.accept(deployment.installInTurn(file));
            return;
        }
        Bundle bundle = known.get();
        // What is only there because of the file is what the file says, be it older.
        Set<UpdateOption> more = isFrom(bundle, file) ? Set.of(UpdateOption.DOWNGRADE) : Set.of();
        deployment.updateInTurn(bundle, file.toString(), more, () -> begun.accept(bundle.getBundleId()));
    }

    private Optional<Bundle> installed(String name, Path file) {
        return Stream.of(context.getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName()))
                .min((one, other) -> Boolean.compare(isFrom(other, file), isFrom(one, file)));
    }

    private static boolean isFrom(Bundle bundle, Path file) {
        return place(bundle).equals(Optional.of(file));
    }

    /** The file that a bundle was installed from. */
    private static Optional<Path> place(Bundle bundle) {
        try {
            return bundle.getLocation().startsWith("file:")
                    ? Optional.of(Path.of(URI.create(bundle.getLocation())))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** A file that is no bundle has none; the installation tells what is wrong with it. */
    private static String name(Path file) {
        try (JarFile jar = new JarFile(file.toFile())) {
            Manifest manifest = jar.getManifest();
            String name =
                    manifest == null ? null : manifest.getMainAttributes().getValue(Constants.BUNDLE_SYMBOLICNAME);
            return name == null ? "" : name.split(";", 2)[0].strip();
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void giveBack(long id, Optional<Path> other, Runnable begun) throws TargetException, InterruptedException {
        Bundle bundle = context.getBundle(id);
        if (bundle == null) {
            begun.run();
        } else if (other.isEmpty() && isDropped(bundle)) {
            begun.run();
            uninstall(bundle);
        } else {
            String source = other.map(Path::toString).orElse(bundle.getLocation());
            deployment.updateInTurn(bundle, source, Set.of(UpdateOption.DOWNGRADE), begun);
        }
    }

    private boolean isDropped(Bundle bundle) {
        return place(bundle).map(Path::getParent).equals(Optional.of(directory));
    }

    private void uninstall(Bundle bundle) throws TargetException {
        try {
            bundle.uninstall();
        } catch (BundleException e) {
            throw new TargetException(bundle.getSymbolicName() + " cannot be uninstalled: " + OneLine.of(e), e);
        }
        context.getBundle(Constants.SYSTEM_BUNDLE_ID)
                .adapt(FrameworkWiring.class)
                .refreshBundles(Set.of(bundle));
    }
}
