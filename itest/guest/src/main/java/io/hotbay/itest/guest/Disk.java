// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.nio.file.Path;

/**
 * A disk that a target exports, writable, with discard and write-zeroes.
 *
 * @param name what the target calls it
 * @param socket where it is exported
 * @param size its size in bytes
 * @param blockSize its logical block size in bytes
 * @param queues request queues it has
 * @param writeBack whether its write cache is on when a guest boots; the guest may switch it
 */
public record Disk(String name, Path socket, long size, int blockSize, int queues, boolean writeBack) {}
