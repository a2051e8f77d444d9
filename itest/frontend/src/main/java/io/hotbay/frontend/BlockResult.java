// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.nio.charset.StandardCharsets;

/**
 * How a request ended.
 *
 * @param status the status byte: a constant of {@link BlockRequestType}, or {@link BlockQueue#NO_STATUS} if not written
 * @param data what the device wrote, empty for requests without
 * @param usedLength how many bytes the device says it has written, status byte included
 */
public record BlockResult(int status, byte[] data, int usedLength) {
    /** Whether the status is OK. */
    public boolean isOk() {
        return status == BlockRequestType.OK;
    }

    /** The data as text up to the first NUL. */
    public String text() {
        String whole = new String(data, StandardCharsets.US_ASCII);
        int end = whole.indexOf('\0');
        return end < 0 ? whole : whole.substring(0, end);
    }
}
