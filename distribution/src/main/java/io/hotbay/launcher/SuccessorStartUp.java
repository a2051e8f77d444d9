// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * Starts this process in the place of another one, which serves until this one is prepared. What is handed over goes through the
 * bundle io.hotbay.upgrade; the order of things is decided here.
 */
final class SuccessorStartUp implements StartUp {
    static final String OPTION = "--take-over";

    private static final String SERVICE = "(hotbay.take.over=true)";
    private static final String YOURS = "yours";
    private static final char REFUSED = 'X';
    private static final int FRAME_HEADER = 5;
    /** How long a predecessor that has gone silent is waited for: it is dying, or it has called the upgrade off. */
    private static final long DYING_MILLIS = 3_000;

    private final Path socket;
    private final FrameworkCaches caches;
    private final InstanceLocks locks;

    SuccessorStartUp(Path socket, FrameworkCaches caches, InstanceLocks locks) {
        this.socket = socket;
        this.caches = caches;
        this.locks = locks;
    }

    @Override
    public int level() {
        return StartLevels.PREPARED;
    }

    @Override
    public void configure(Map<String, String> properties) {
        properties.put("hotbay.take.over", socket.toString());
        properties.put(Constants.FRAMEWORK_STORAGE, caches.ofThisProcess().toString());
    }

    @Override
    public void assign(Bundle bundle) {
        StartLevels.assignInSuccessor(bundle);
    }

    @Override
    public void complete(Framework framework, StartFailures failures) throws LaunchException {
        resolve(framework);
        UnaryOperator<String> takeOver = service(framework.getBundleContext());
        boolean yours = takeOver.apply("receive").equals(YOURS);
        if (!yours && !succeed(DYING_MILLIS)) {
            throw new LaunchException("the target whose place this one was to take has called that off");
        }
        if (!yours) {
            System.err.println("hotbay: the predecessor has ended by itself; starting in its place");
        }
        takeOver.apply("adopt");
        raise(framework);
        if (yours) {
            Thread thread = new Thread(this::awaitEndOfPredecessor, "hotbay-succeed");
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** A bundle that cannot run must be found out while the other process still serves. */
    private static void resolve(Framework framework) throws LaunchException {
        framework.adapt(FrameworkWiring.class).resolveBundles(null);
        for (Bundle bundle : framework.getBundleContext().getBundles()) {
            if (bundle.getState() == Bundle.INSTALLED) {
                throw new LaunchException(
                        "the installation does not start: " + bundle.getSymbolicName() + " cannot be resolved");
            }
        }
    }

    @SuppressWarnings("unchecked")
    static UnaryOperator<String> service(BundleContext context) throws LaunchException {
        try {
            for (ServiceReference<?> reference : context.getServiceReferences(UnaryOperator.class, SERVICE)) {
                Object service = context.getService(reference);
                if (service != null) {
                    return (UnaryOperator<String>) service;
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        throw new LaunchException("the installation is incomplete: io.hotbay.upgrade does not work");
    }

    /** Starts what only one process may have, and gives all bundles the levels they have in any other process. */
    private static void raise(Framework framework) throws LaunchException {
        if (!Ascent.to(StartLevels.TAKEN_OVER, framework)) {
            return;
        }
        for (Bundle bundle : framework.getBundleContext().getBundles()) {
            if (bundle.getBundleId() != Constants.SYSTEM_BUNDLE_ID && !isDeployed(bundle)) {
                StartLevels.assign(bundle);
            }
        }
        framework.adapt(FrameworkStartLevel.class).setStartLevel(StartLevels.LAST);
    }

    /** What File Install has deployed has its own level. */
    private static boolean isDeployed(Bundle bundle) {
        return !bundle.getLocation().startsWith("reference:")
                && !bundle.getLocation().startsWith("hotbay:");
    }

    private void awaitEndOfPredecessor() {
        while (!succeed(TimeUnit.MINUTES.toMillis(1))) {
            System.err.println("hotbay: the predecessor has handed everything over but does not end");
        }
    }

    private boolean succeed(long millis) {
        try {
            if (!locks.succeed(millis)) {
                return false;
            }
            caches.removeOthers();
            return true;
        } catch (IOException e) {
            System.err.println("hotbay: cannot lock the predecessor's directories: " + e.getMessage());
            return false;
        }
    }

    /** Tells the other process why there will be no successor. */
    static void tell(Path socket, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        ByteBuffer frame = ByteBuffer.allocate(FRAME_HEADER + text.length);
        frame.put((byte) REFUSED).putInt(text.length).put(text).flip();
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(frame);
        } catch (IOException e) {
            // It notices the end of this process, and the reason is on the console.
            return;
        }
    }
}
