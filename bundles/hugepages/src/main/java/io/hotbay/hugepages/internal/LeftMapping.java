// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

/**
 * A mapping that one life of the component has left for the next one, as it says.
 *
 * @param lease whose file is mapped, from its beginning
 * @param inode number of the file
 * @param address of the first byte
 * @param length in bytes, whole pages
 */
record LeftMapping(String lease, long inode, long address, long length) {}
