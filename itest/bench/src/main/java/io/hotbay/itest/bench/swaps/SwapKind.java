// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench.swaps;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What is swapped, and how long a request may be held up by it. */
enum SwapKind {
    BACKEND("bdev-%s", 50, "#d62728"),
    DEVICE("virtio-blk", 50, "#ff7f0e"),
    ALLOCATOR("hugepages", 50, "#bcbd22"),
    VIRTQUEUE("virtqueue", 150, "#2ca02c"),
    REACTOR("reactor", 150, "#17becf"),
    TRANSPORT("vhost-user", 150, "#1f77b4"),
    API("api", 500, "#9467bd"),
    SCR("org.apache.felix.scr", 500, "#8c564b"),
    PROCESS("hotbay upgrade", 1000, "#7f7f7f");

    /** A virtual machine that has just started compiles again what it had compiled before. */
    private static final int INTERVALS_OF_PROCESS = 5;

    private final String bundle;
    private final int goalMillis;
    private final String colour;

    SwapKind(String bundle, int goalMillis, String colour) {
        this.bundle = bundle;
        this.goalMillis = goalMillis;
        this.colour = colour;
    }

    /** Its name on the command line and in tables. */
    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The bundle, for a disk of some type, or the command. */
    String bundle(String diskType) {
        return String.format(Locale.ROOT, bundle, diskType);
    }

    /** The longest that a request may take meanwhile. */
    int goalMillis() {
        return goalMillis;
    }

    /** Milliseconds from its end to the next swap. */
    int intervalMillis(SwapOptions options) {
        return options.intervalMillis() * (this == PROCESS ? INTERVALS_OF_PROCESS : 1);
    }

    /** Its colour in the plot. */
    String colour() {
        return colour;
    }

    static List<String> ids() {
        return Arrays.stream(values()).map(SwapKind::id).toList();
    }

    static SwapKind of(String id) {
        return Arrays.stream(values())
                .filter(kind -> kind.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "--kinds knows " + ids().stream().collect(Collectors.joining(", ")) + ", not \"" + id + "\""));
    }
}
