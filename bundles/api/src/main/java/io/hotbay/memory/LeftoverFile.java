// SPDX-License-Identifier: Apache-2.0
package io.hotbay.memory;

/**
 * A file of leased memory that {@link HugepageAllocator#clean} has removed.
 *
 * @param path where it was
 * @param size bytes of memory that are free again
 * @param reason why nobody will miss it, for people: "left by a target that died"
 */
public record LeftoverFile(String path, long size, String reason) {}
