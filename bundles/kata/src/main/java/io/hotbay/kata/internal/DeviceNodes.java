// SPDX-License-Identifier: Apache-2.0
package io.hotbay.kata.internal;

import io.hotbay.kata.KataNode;
import io.hotbay.kata.KataStore;
import io.hotbay.linux.Errno;
import io.hotbay.linux.FileStatus;
import io.hotbay.linux.FileSystem;
import io.hotbay.linux.LinuxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The block device nodes in the store. They lead nowhere: Kata only reads their numbers. */
final class DeviceNodes {
    private static final int MODE = 0600;
    private static final int NO_MINOR = -1;

    private final StoreDirectory directory;
    private final MinorNumbers minors;

    DeviceNodes(StoreDirectory directory, MinorNumbers minors) {
        this.directory = directory;
        this.minors = minors;
    }

    /** Makes a controller's node, or adopts the one that an operator has made for it. */
    KataNode make(String name) {
        Path path = directory.devices().resolve(name);
        try {
            FileStatus existing = status(path);
            if (existing != null && isOurs(existing)) {
                minors.set(name, existing.minor());
                return new KataNode(name, path, existing.minor(), true, "");
            }
            int minor = minors.of(name, taken());
            if (existing != null) {
                return new KataNode(
                        name,
                        path,
                        minor,
                        false,
                        path + " is no block device with major " + KataStore.BLOCK_MAJOR + ": remove it, then run: "
                                + command(path, minor));
            }
            return create(name, path, minor);
        } catch (IOException e) {
            return new KataNode(name, path, NO_MINOR, false, e.getMessage());
        }
    }

    private KataNode create(String name, Path path, int minor) {
        try {
            FileSystem.mknodBlock(path, KataStore.BLOCK_MAJOR, minor, MODE);
            return new KataNode(name, path, minor, true, "");
        } catch (LinuxException e) {
            String why =
                    e.errno() == Errno.EPERM ? "this process may not make device nodes (no CAP_MKNOD)" : e.getMessage();
            return new KataNode(name, path, minor, false, why + "; run as root: " + command(path, minor));
        }
    }

    KataNode refuse(String name, String reason) {
        return new KataNode(name, directory.devices().resolve(name), NO_MINOR, false, reason);
    }

    /** Looks at a node again: an operator may have made it meanwhile. */
    KataNode look(KataNode node) {
        if (node.minor() == NO_MINOR) {
            return node;
        }
        try {
            FileStatus status = status(node.path());
            boolean present = status != null && isOurs(status) && status.minor() == node.minor();
            if (present) {
                return new KataNode(node.controller(), node.path(), node.minor(), true, "");
            }
            String problem = node.problem().isEmpty()
                    ? "the node is gone; run as root: " + command(node.path(), node.minor())
                    : node.problem();
            return new KataNode(node.controller(), node.path(), node.minor(), false, problem);
        } catch (IOException e) {
            return new KataNode(node.controller(), node.path(), node.minor(), false, e.getMessage());
        }
    }

    void remove(String name) throws IOException {
        Path path = directory.devices().resolve(name);
        FileStatus status = status(path);
        if (status != null && isOurs(status)) {
            Files.deleteIfExists(path);
        }
    }

    void forget(String name) throws IOException {
        minors.forget(name);
    }

    /** Removes the nodes that an earlier run of this target made and did not take away. An operator's own nodes stay. */
    List<Path> removeStale() throws IOException {
        List<Path> removed = new ArrayList<>();
        Map<String, Integer> known = minors.all();
        for (Map.Entry<String, Integer> node : present().entrySet()) {
            if (node.getValue().equals(known.get(node.getKey()))) {
                Path path = directory.devices().resolve(node.getKey());
                Files.deleteIfExists(path);
                removed.add(path);
            }
        }
        return removed;
    }

    /** As Kata does it: the first node with these numbers gives the name, and the name gives the socket. */
    Path resolve(int major, int minor) throws IOException {
        if (major != KataStore.BLOCK_MAJOR) {
            throw new IOException("major " + major + " is not vhost-user-blk: that is " + KataStore.BLOCK_MAJOR);
        }
        for (Map.Entry<String, Integer> node : present().entrySet()) {
            if (node.getValue() == minor) {
                return socketOf(node.getKey());
            }
        }
        throw new IOException("no node in " + directory.devices() + " is b " + major + ":" + minor);
    }

    private Path socketOf(String name) throws IOException {
        Path socket = directory.sockets().resolve(name);
        FileStatus status = status(socket);
        if (status == null || !status.isSocket()) {
            throw new IOException("the node " + directory.devices().resolve(name) + " has no socket " + socket);
        }
        return socket;
    }

    private Set<Integer> taken() throws IOException {
        return new HashSet<>(present().values());
    }

    /** The minors of all nodes with Kata's major, by name. */
    private Map<String, Integer> present() throws IOException {
        Map<String, Integer> nodes = new TreeMap<>();
        if (!Files.isDirectory(directory.devices())) {
            return nodes;
        }
        try (Stream<Path> files = Files.list(directory.devices())) {
            for (Path path : files.toList()) {
                FileStatus status = status(path);
                if (status != null && isOurs(status)) {
                    nodes.put(path.getFileName().toString(), status.minor());
                }
            }
        }
        return nodes;
    }

    private static boolean isOurs(FileStatus status) {
        return status.isBlockDevice() && status.major() == KataStore.BLOCK_MAJOR;
    }

    private static FileStatus status(Path path) throws IOException {
        try {
            return FileStatus.of(path);
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT) {
                return null;
            }
            throw e;
        }
    }

    private static String command(Path path, int minor) {
        return "mknod -m 0600 " + path + " b " + KataStore.BLOCK_MAJOR + " " + minor;
    }
}
