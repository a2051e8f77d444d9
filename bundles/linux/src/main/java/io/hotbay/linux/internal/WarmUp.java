// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

import io.hotbay.linux.Users;
import java.io.IOException;
import jnr.unixsocket.UnixServerSocketChannel;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/**
 * Binds the C library and jnr's sockets in a thread of its own when the bundle starts. That takes some tenths of a second, in
 * which the other bundles can be resolved.
 */
public final class WarmUp implements BundleActivator {
    @Override
    public void start(BundleContext context) {
        Thread thread = new Thread(WarmUp::bind, "hotbay-linux-warm-up");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void stop(BundleContext context) {
        // What is bound stays bound for the life of the class loader.
    }

    private static void bind() {
        Users.effectiveUid();
        try {
            UnixServerSocketChannel.open().close();
        } catch (IOException e) {
            // Whoever needs a socket will meet the same and report it.
            return;
        }
    }
}
