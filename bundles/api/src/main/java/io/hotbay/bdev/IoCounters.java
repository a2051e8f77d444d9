// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counts the requests of one queue. Written by its reactor thread alone and without any barrier; readable on any thread, where
 * the figures may be a moment old but never torn.
 */
public final class IoCounters {
    private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] requests = new long[BlockType.COUNT];
    private final long[] bytes = new long[BlockType.COUNT];
    private final long[] errors = new long[BlockType.COUNT];

    void count(int type, long length, int status) {
        ELEMENT.setOpaque(requests, type, requests[type] + 1);
        if (status == BlockStatus.OK) {
            ELEMENT.setOpaque(bytes, type, bytes[type] + length);
        } else {
            ELEMENT.setOpaque(errors, type, errors[type] + 1);
        }
    }

    void addTo(long[] requestSum, long[] byteSum, long[] errorSum) {
        for (int type = 0; type < BlockType.COUNT; type++) {
            requestSum[type] += (long) ELEMENT.getOpaque(requests, type);
            byteSum[type] += (long) ELEMENT.getOpaque(bytes, type);
            errorSum[type] += (long) ELEMENT.getOpaque(errors, type);
        }
    }
}
