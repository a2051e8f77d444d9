// SPDX-License-Identifier: Apache-2.0
package io.hotbay.kata;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The store in which Kata Containers looks for vhost-user devices ({@code vhost_user_store_path}): sockets in
 * {@code block/sockets}, and a device node of the same name and major 241 in {@code block/devices} for each of them. Any thread.
 */
@ProviderType
public interface KataStore {
    /** PID of its configuration. */
    String PID = "io.hotbay.kata";

    /** Major number that stands for vhost-user-blk in Kata Containers. */
    int BLOCK_MAJOR = 241;

    /** The store's directory. */
    Path directory();

    /** The nodes of all block controllers, sorted by name. */
    List<KataNode> nodes();

    /**
     * Does what Kata does with a device it is given: finds the node with these numbers, and from its name the socket.
     *
     * @throws IOException if there is none; the message says what is missing
     */
    Path resolve(int major, int minor) throws IOException;

    /**
     * Compares a Kata configuration with what this store needs.
     *
     * @param configuration path of a configuration.toml, or null for the one Kata would read
     * @throws IOException if there is no such file or it is no TOML; the message names file, line and column
     */
    List<KataFinding> check(Path configuration) throws IOException;

    /**
     * Command lines that give a container a controller's disk.
     *
     * @throws IOException if there is no node for that controller
     */
    List<String> run(String controller) throws IOException;
}
