// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

/** The disks each target exports. */
enum BenchDisk {
    /** Does nothing. */
    NULL("null0", false),
    /** Keeps its content in memory. */
    MALLOC("malloc0", true);

    /** Bytes of each disk. */
    static final long SIZE = 256L << 20;

    private final String id;
    private final boolean hasContent;

    BenchDisk(String id, boolean hasContent) {
        this.id = id;
        this.hasContent = hasContent;
    }

    String id() {
        return id;
    }

    /** Whether it must be filled before reads of it mean something. */
    boolean hasContent() {
        return hasContent;
    }
}
