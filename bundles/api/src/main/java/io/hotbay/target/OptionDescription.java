// SPDX-License-Identifier: Apache-2.0
package io.hotbay.target;

/**
 * An option of a bdev type or of controllers, as its metatype tells it.
 *
 * @param name key in the configuration
 * @param type {@code string}, {@code integer}, {@code long}, {@code boolean}
 * @param defaultValue what is used when it is not given; empty for none
 * @param required whether it must be given
 * @param description one or two sentences
 */
public record OptionDescription(String name, String type, String defaultValue, boolean required, String description) {}
