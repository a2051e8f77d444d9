// SPDX-License-Identifier: Apache-2.0
package io.hotbay.target;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What a migration does to the configuration: makes the destination, lets it take the source's place, or takes it away again. Made
 * so that a target that dies at any moment comes up with one bdev of that name, which has all contents. Any thread.
 *
 * <pre>
 *   prepare     source: NAME             destination: NAME.migrating
 *   switchOver  source: NAME.migrated    destination: NAME.migrating   the source is still in charge
 *               source: NAME.migrated    destination: NAME             the destination is
 *                                        destination: NAME
 * </pre>
 */
@ProviderType
public interface BdevSuccession {
    /** Brings the destination's contents to be the source's, while nobody uses the bdev. */
    @FunctionalInterface
    interface LastCopy {
        /** Does it; afterwards all of it is durable on the destination. */
        void run() throws IOException;
    }

    /**
     * Makes the destination.
     *
     * @param options what was asked for; size, block size, UUID and whether a file is made come from the source unless given
     * @return its name
     * @throws TargetException if it cannot be; nothing has changed then
     */
    String prepare(String bdev, String type, Map<String, ?> options) throws TargetException;

    /**
     * Lets the destination take the source's place, and deletes the source.
     *
     * @param lastCopy called when no other bdev has the name any more, so that the mirror can go
     * @throws TargetException if that failed: the source is in charge
     */
    void switchOver(String bdev, LastCopy lastCopy) throws TargetException;

    /** Deletes the destination; nothing happens when there is none. */
    void abandon(String bdev) throws TargetException;

    /**
     * What became of a migration that ended with its process.
     *
     * @param bdev name of the bdev
     * @param switched whether the destination is in charge; otherwise the source is
     * @param text what was done, for people
     */
    record Recovered(String bdev, boolean switched, String text) {}

    /**
     * Clears up after migrations that ended with their process.
     *
     * @return those of which something was left
     */
    List<Recovered> recover() throws TargetException;
}
