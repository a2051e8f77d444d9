// SPDX-License-Identifier: Apache-2.0
package io.hotbay.target;

import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Moves bdevs from one backend to another while guests use them. Until the very end the source stays in charge, whatever happens; a
 * migration does not survive the process. Any thread.
 */
@ProviderType
public interface Migrations {
    /**
     * Begins to migrate a bdev; returns when copying has begun.
     *
     * @param bdev its name, which it keeps
     * @param type the type it is to have
     * @param options the destination's options; size, block size, and whether a file is to be made, are the source's unless given
     * @param rate most bytes to copy in a second; 0 for no limit
     * @param overwrite whether contents that the destination already has may be lost
     * @throws TargetException if that is not possible; nothing has changed then
     */
    MigrationStatus start(String bdev, String type, Map<String, ?> options, long rate, boolean overwrite)
            throws TargetException;

    /**
     * Calls a migration off; returns when nothing is left of it.
     *
     * @throws TargetException if there is none of that bdev, or it is too late
     */
    void cancel(String bdev) throws TargetException;

    /** Those under way and the last ones that are over, the oldest first. */
    List<MigrationStatus> all();
}
