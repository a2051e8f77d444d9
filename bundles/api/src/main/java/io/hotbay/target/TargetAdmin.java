// SPDX-License-Identifier: Apache-2.0
package io.hotbay.target;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Changes what the target exports. Everything goes through Configuration Admin, so it survives a restart; a change that cannot
 * be carried out is undone before the exception is thrown. Any thread; a call returns when the change is in effect.
 */
@ProviderType
public interface TargetAdmin {
    /** Types of bdevs that can be created now, sorted. */
    Set<String> bdevTypes();

    /** The options of a bdev type. */
    List<OptionDescription> bdevOptions(String type) throws TargetException;

    /** Device types that controllers can have now, sorted. */
    Set<String> controllerTypes();

    /** The options of controllers. */
    List<OptionDescription> controllerOptions() throws TargetException;

    /**
     * Creates a bdev.
     *
     * @param type such as {@code malloc}
     * @param name letters, digits, '.', '_', '-', at most 64
     * @param options values as text or already typed
     */
    void createBdev(String type, String name, Map<String, ?> options) throws TargetException;

    /**
     * Deletes a bdev.
     *
     * @param force also when controllers use it: their guests then get I/O errors, until a bdev of that name is created
     */
    void deleteBdev(String name, boolean force) throws TargetException;

    /**
     * Changes the {@code size} in the configuration of a bdev of any type that has such an option. Controllers that export it tell their
     * guests. When the bdev cannot take the size its configuration is as it was before the exception is thrown.
     *
     * @param size as {@link io.hotbay.bdev.ByteSize#parse} takes it: a multiple of the block size, at least one block
     * @param force whether contents beyond a smaller size may be lost
     * @throws TargetException if there is no such bdev, its size is not its own, the size is wrong, contents would be lost or there
     *     is not enough room; the message says what to do
     */
    void resizeBdev(String name, String size, boolean force) throws TargetException;

    /**
     * Changes options of a bdev; those that are not given stay as they are. When it cannot take them its configuration is as it was
     * before the exception is thrown.
     *
     * @param options values as text or already typed
     * @throws TargetException if there is no such bdev, an option is unknown or has a value that is not allowed; the message
     *     says which
     */
    void configureBdev(String name, Map<String, ?> options) throws TargetException;

    /**
     * Creates a controller over a bdev. Returns when its socket can be connected to, and all who watch for controllers have been told of
     * it: there is Kata's device node then.
     */
    void createController(String type, String name, String bdev, Map<String, ?> options) throws TargetException;

    /**
     * Changes options of a controller; those that are not given stay as they are. When it cannot take them its configuration is as it
     * was before the exception is thrown. Front-ends stay connected.
     *
     * @param options values as text or already typed
     * @throws TargetException if there is no such controller, an option is unknown or has a value that is not allowed; the message
     *     says which
     */
    void configureController(String name, Map<String, ?> options) throws TargetException;

    /**
     * Deletes a controller.
     *
     * @param force also when a front-end is connected
     */
    void deleteController(String name, boolean force) throws TargetException;

    /**
     * Creates or changes everything a JSON file describes.
     *
     * @throws TargetException if the file cannot be read, is malformed or asks for something impossible; the message says
     *     where, and nothing of the file has been applied
     */
    void load(Path file) throws TargetException;

    /**
     * All that is configured, whether it works or not: first the bdevs, then the controllers, each sorted by name.
     *
     * @throws TargetException if the stored configuration cannot be read
     */
    List<ConfiguredStatus> configured() throws TargetException;

    /**
     * Waits until the configuration file named at start has been applied and every configured controller listens.
     *
     * @param timeoutMillis how long to wait
     * @throws TargetException if that did not come about; the message says what is missing
     */
    void awaitReady(long timeoutMillis) throws TargetException;

    /** The configuration of the target as JSON that {@link #load} takes. */
    default String save() throws TargetException {
        return save(omitted -> {});
    }

    /**
     * The same, and tells what is left out because {@link #load} would refuse it: controllers whose bdev does not exist, as after
     * {@link #deleteBdev} by force. Waits for a change that is under way.
     *
     * @param omitted is given a sentence for each of them, by the calling thread
     */
    String save(Consumer<String> omitted) throws TargetException;
}
