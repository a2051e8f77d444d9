// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import java.util.Locale;

/** The disks that are compared, each with what it is compared with. */
enum BenchDisk {
    /** Does nothing; against null-co. */
    NULL("null0", false),
    /** Keeps its content in memory; against a file in /dev/shm. */
    MALLOC("malloc0", true),
    /** A file in the page cache; against aio=io_uring. */
    CACHED_URING("cached0", true),
    /** The same; against aio=native, which goes around the page cache where there is one, so the file lies in /dev/shm. */
    CACHED_NATIVE("cached0", true),
    /** A file with O_DIRECT; against aio=io_uring. */
    DIRECT_URING("direct0", true),
    /** The same; against aio=native. */
    DIRECT_NATIVE("direct0", true);

    /** Bytes of each disk. */
    static final long SIZE = 256L << 20;

    private final String id;
    private final boolean hasContent;

    BenchDisk(String id, boolean hasContent) {
        this.id = id;
        this.hasContent = hasContent;
    }

    /** Name of Hotbay's disk. */
    String id() {
        return id;
    }

    /** Name of the peer's disk, and in tables. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static BenchDisk of(String label) {
        for (BenchDisk disk : values()) {
            if (disk.label().equals(label)) {
                return disk;
            }
        }
        throw new IllegalArgumentException("--disks knows null, malloc, cached-uring, cached-native, direct-uring and"
                + " direct-native, not \"" + label + "\"");
    }

    /** Whether it must be filled before reads of it mean something. */
    boolean hasContent() {
        return hasContent;
    }

    /** Whether it needs a file system with O_DIRECT below the directory for files. */
    boolean isDirect() {
        return this == DIRECT_URING || this == DIRECT_NATIVE;
    }
}
