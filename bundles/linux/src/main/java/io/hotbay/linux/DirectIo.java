// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

/**
 * What direct I/O on a file needs (statx(2), STATX_DIOALIGN).
 *
 * @param memoryAlignment of the addresses of data, in bytes; 0 when the file does not do direct I/O at all
 * @param offsetAlignment of positions and lengths, in bytes; 0 when the file does not do direct I/O at all
 */
public record DirectIo(int memoryAlignment, int offsetAlignment) {
    public boolean isSupported() {
        return memoryAlignment > 0 && offsetAlignment > 0;
    }
}
