// SPDX-License-Identifier: Apache-2.0
package io.hotbay.kata.internal;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The layout of the store:
 *
 * <pre>
 *   vhost-user/              vhost_user_store_path
 *     block/sockets/NAME     socket of the controller NAME
 *     block/devices/NAME     b 241:MINOR
 * </pre>
 */
final class StoreDirectory {
    private final Path path;

    StoreDirectory(Path path) {
        this.path = path.toAbsolutePath().normalize();
    }

    Path path() {
        return path;
    }

    Path sockets() {
        return path.resolve("block").resolve("sockets");
    }

    Path devices() {
        return path.resolve("block").resolve("devices");
    }

    void create() throws IOException {
        try {
            Files.createDirectories(sockets());
            Files.createDirectories(devices());
        } catch (AccessDeniedException e) {
            throw new IOException(
                    e.getFile()
                            + " cannot be made: permission denied; run as root, or choose a store with --kata-store",
                    e);
        }
    }

    /** Whether a socket lies where Kata will look for it, links resolved: /var/run is one to /run. */
    boolean holds(Path socket) {
        Path parent = socket.toAbsolutePath().normalize().getParent();
        return real(parent).equals(real(sockets()));
    }

    private static Path real(Path dir) {
        try {
            return dir.toRealPath();
        } catch (IOException e) {
            // It is not there yet; its plain name is the best there is.
            return dir;
        }
    }
}
