// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

/** Types of requests and status bytes of a virtio block device (virtio 1.x, 5.2.6). */
public final class BlockRequestType {
    public static final int IN = 0;
    public static final int OUT = 1;
    public static final int FLUSH = 4;
    public static final int GET_ID = 8;
    public static final int DISCARD = 11;
    public static final int WRITE_ZEROES = 13;

    /** Status: done. */
    public static final int OK = 0;
    /** Status: an error. */
    public static final int IOERR = 1;
    /** Status: not supported. */
    public static final int UNSUPP = 2;

    private BlockRequestType() {}

    /** Whether the data of such a request is for the device to write. */
    public static boolean deviceWrites(int type) {
        return type == IN || type == GET_ID;
    }
}
