// SPDX-License-Identifier: Apache-2.0
package io.hotbay.kata;

import java.nio.file.Path;

/**
 * The device node of a controller.
 *
 * @param controller the controller's name
 * @param path where the node is, or would be
 * @param minor its minor number
 * @param present whether it exists with the right numbers
 * @param problem why it does not, and the command that makes it; empty when present
 */
public record KataNode(String controller, Path path, int minor, boolean present, String problem) {}
