// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

/**
 * Watches the directory that bundles are dropped into. File Install is not asked: while this bundle is away it would install an update
 * beside the bundle that it is for, and it would stop the framework for a file that another one had taken before.
 */
@Component(service = DroppedBundles.class, immediate = true)
public final class DroppedBundles {
    /** Framework property: the directory. None is watched without it. */
    private static final String DIRECTORY = "hotbay.deploy.dir";

    private static final long LOOK_MILLIS = 500;

    private final Thread thread;
    private volatile boolean ended;

    @Activate
    public DroppedBundles(
            BundleContext context,
            @Reference BundleDeployment deployment,
            @Reference(service = LoggerFactory.class) Logger logger) {
        String name = context.getProperty(DIRECTORY);
        if (name == null) {
            thread = null;
            return;
        }
        Path path = Path.of(name).toAbsolutePath().normalize();
        DeployDirectory directory = new DeployDirectory(
                path,
                new HandledFiles(context.getDataFile("dropped.json")),
                new DroppedFiles(context, deployment, path),
                logger);
        thread = new Thread(() -> watch(directory, logger), "hotbay-deploy");
        thread.setDaemon(true);
        thread.start();
    }

    private void watch(DeployDirectory directory, Logger logger) {
        String told = "";
        try {
            while (!ended) {
                String trouble = look(directory);
                if (!ended && !trouble.isEmpty() && !trouble.equals(told)) {
                    logger.error("what is dropped is not deployed: {}", trouble);
                }
                told = trouble;
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            // This instance has been ended. The next one goes on.
            Thread.currentThread().interrupt();
        }
    }

    /** What has gone wrong with none of the files in particular: a disk that is full, or this bundle has stopped. */
    private static String look(DeployDirectory directory) throws InterruptedException {
        try {
            directory.look();
            return "";
        } catch (UncheckedIOException | IllegalStateException e) {
            return OneLine.of(e);
        }
    }

    /** Ends what waits at once; a swap that has begun goes on. */
    @Deactivate
    void close() {
        ended = true;
        if (thread != null) {
            thread.interrupt();
        }
    }
}
