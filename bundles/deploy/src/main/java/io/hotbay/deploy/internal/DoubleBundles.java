// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;
import org.osgi.service.log.Logger;

/**
 * Mends what File Install does with a jar while {@link DroppedBundles} is away, as long as the API is refreshed for example: it installs
 * the jar beside the bundle that it is an update of, and both serve the same configurations. The jar is taken away until File Install has
 * uninstalled it, and put back, so that it is an update then.
 */
final class DoubleBundles implements BundleListener, AutoCloseable {
    /** Marks a jar that is away. */
    static final String AWAY = ".again";

    private static final long UNINSTALL_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long LOOK_MILLIS = 50;

    private final BundleContext context;
    private final Path directory;
    private final Logger logger;
    private final ExecutorService worker = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "hotbay-again");
        thread.setDaemon(true);
        return thread;
    });

    /** @param directory that File Install watches */
    DoubleBundles(BundleContext context, Path directory, Logger logger) {
        this.context = context;
        this.directory = directory.toAbsolutePath();
        this.logger = logger;
    }

    /** Begins to look, and puts back what a killed target has left. */
    void open() {
        context.addBundleListener(this);
        worker.execute(this::putAllBack);
        for (Bundle bundle : context.getBundles()) {
            consider(bundle);
        }
    }

    @Override
    public void close() {
        context.removeBundleListener(this);
        worker.shutdownNow();
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.INSTALLED) {
            consider(event.getBundle());
        }
    }

    private void consider(Bundle bundle) {
        if (isDropped(bundle) && Stream.of(context.getBundles()).anyMatch(other -> isUpdatedBy(other, bundle))) {
            worker.execute(() -> dropAgain(bundle, Path.of(URI.create(bundle.getLocation()))));
        }
    }

    private boolean isDropped(Bundle bundle) {
        return bundle.getLocation().startsWith("file:")
                && directory.equals(Path.of(URI.create(bundle.getLocation())).getParent());
    }

    private boolean isUpdatedBy(Bundle other, Bundle dropped) {
        return !isDropped(other)
                && other.getSymbolicName() != null
                && other.getSymbolicName().equals(dropped.getSymbolicName());
    }

    private void dropAgain(Bundle bundle, Path file) {
        Path away = file.resolveSibling(file.getFileName() + AWAY);
        try {
            Files.move(file, away);
            try {
                awaitUninstalled(bundle);
            } finally {
                putBack(away);
            }
            logger.info("{} was installed beside the bundle it is an update of: dropped again", file);
        } catch (IOException e) {
            logger.warn("{} is installed beside the bundle it is an update of: drop it again ({})", file, e.toString());
        } catch (InterruptedException e) {
            // This bundle stops; the next instance looks again.
            Thread.currentThread().interrupt();
        }
    }

    private static void awaitUninstalled(Bundle bundle) throws InterruptedException {
        long start = System.nanoTime();
        while (bundle.getState() != Bundle.UNINSTALLED && System.nanoTime() - start < UNINSTALL_NANOS) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    private void putAllBack() {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, "*" + AWAY)) {
            for (Path away : left) {
                putBack(away);
            }
        } catch (IOException e) {
            logger.warn("{} cannot be read: {}", directory, e.toString());
        }
    }

    /** Unless there is a newer one meanwhile. */
    private static void putBack(Path away) throws IOException {
        String name = away.getFileName().toString();
        Path file = away.resolveSibling(name.substring(0, name.length() - AWAY.length()));
        if (Files.exists(file)) {
            Files.delete(away);
        } else {
            Files.move(away, file);
        }
    }
}
