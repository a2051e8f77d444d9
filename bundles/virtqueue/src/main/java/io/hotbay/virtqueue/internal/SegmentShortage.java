// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

/** The chains in flight hold so many segments that another one has to wait, see {@link ChainTable#OVERFLOW_LIMIT}. */
final class SegmentShortage extends RuntimeException {
    /** One for all: it is thrown once a poll while the shortage lasts, and says nothing about where. */
    static final SegmentShortage INSTANCE = new SegmentShortage();

    private SegmentShortage() {
        super("too many segments in flight", null, false, false);
    }
}
