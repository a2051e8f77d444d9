// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import io.hotbay.bdev.ByteSize;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The configuration, read and checked.
 *
 * @param memory bytes to set up, 0 for none
 * @param pageSize bytes, 0 for the kernel's default
 * @param fallback whether ordinary memory will do
 * @param mountPoint hugetlbfs to use, or empty for any
 * @param directory folder name
 */
record HugepageSettings(long memory, long pageSize, boolean fallback, Optional<Path> mountPoint, String directory) {
    private static final String PID = "io.hotbay.hugepages";

    /**
     * Reads a configuration.
     *
     * @param launched MiB that the launcher was told, or null
     * @throws IllegalArgumentException if something in it cannot be; the message says what
     */
    static HugepageSettings of(HugepageConfiguration configuration, String launched) {
        String directory = configuration.directory().strip();
        if (!LeaseName.isValid(directory)) {
            throw new IllegalArgumentException(
                    "directory of " + PID + " is \"" + directory + "\": write a plain folder name such as hotbay");
        }
        String mountPoint = configuration.mount__point().strip();
        if (!mountPoint.isEmpty() && !mountPoint.startsWith("/")) {
            throw new IllegalArgumentException(
                    "mount_point of " + PID + " is \"" + mountPoint + "\": write a path from / on");
        }
        return new HugepageSettings(
                memory(configuration.memory(), launched),
                size("page_size", configuration.page__size()),
                configuration.fallback(),
                mountPoint.isEmpty()
                        ? Optional.empty()
                        : Optional.of(Path.of(mountPoint).normalize()),
                directory);
    }

    private static long size(String key, String text) {
        try {
            return ByteSize.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(key + " of " + PID + ": " + e.getMessage(), e);
        }
    }

    private static long memory(String configured, String launched) {
        if (!configured.isBlank()) {
            return size("memory", configured);
        }
        if (launched == null || launched.isBlank()) {
            return 0;
        }
        return size("hotbay.memory.mib (-s)", launched.strip() + "MiB");
    }

    /** Folder for a user. */
    String directory(int uid) {
        return uid == 0 ? directory : directory + "-" + uid;
    }
}
