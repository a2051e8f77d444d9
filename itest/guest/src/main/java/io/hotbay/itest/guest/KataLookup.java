// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds a socket the way Kata's Go runtime does: a container names a device by its numbers, the node with these numbers in
 * {@code block/devices} has a name, and the socket in {@code block/sockets} has the same name.
 */
public final class KataLookup {
    /** The block major that Kata takes for vhost-user-blk. */
    public static final int BLOCK_MAJOR = 241;

    private static final String DEVICE_NUMBER = "unix:rdev";

    private final Path devices;
    private final Path sockets;

    /** Looks in a store. */
    public KataLookup(Path store) {
        devices = store.resolve("block").resolve("devices");
        sockets = store.resolve("block").resolve("sockets");
    }

    /** The nodes that are there. */
    public List<Path> nodes() throws IOException {
        try (Stream<Path> files = Files.list(devices)) {
            return files.collect(Collectors.toList());
        }
    }

    /** The socket of the device with these numbers, if there is a node. */
    public Optional<Path> socket(int major, int minor) throws IOException {
        for (Path node : nodes()) {
            if (major(node) == major && minor(node) == minor) {
                return Optional.of(sockets.resolve(node.getFileName()));
            }
        }
        return Optional.empty();
    }

    /** A node's major number, in Linux's encoding: 12 bits at 8, the rest at 44. */
    public static int major(Path node) throws IOException {
        long number = number(node);
        return (int) (number >> 8 & 0xfff | number >> 32 & ~0xfffL);
    }

    /** A node's minor number: 8 bits at 0, the rest at 20. */
    public static int minor(Path node) throws IOException {
        long number = number(node);
        return (int) (number & 0xff | number >> 12 & ~0xffL);
    }

    private static long number(Path node) throws IOException {
        return ((Number) Files.getAttribute(node, DEVICE_NUMBER)).longValue();
    }
}
