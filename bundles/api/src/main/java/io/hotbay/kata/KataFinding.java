// SPDX-License-Identifier: Apache-2.0
package io.hotbay.kata;

import java.nio.file.Path;

/**
 * One line of a check.
 *
 * @param severity how bad it is
 * @param file the configuration file
 * @param line line in the file, or 0 when the setting is not there
 * @param key the setting, such as {@code hypervisor.qemu.enable_hugepages}
 * @param message what was found and what to write instead
 */
public record KataFinding(Severity severity, Path file, int line, String key, String message) {
    /** How bad a finding is. */
    public enum Severity {
        /** As it should be. */
        OK,
        /** Works, with a drawback. */
        WARNING,
        /** Kata will not find or not start with the device. */
        ERROR
    }
}
