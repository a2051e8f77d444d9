// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import java.util.List;

/**
 * How the target is, in a line.
 *
 * @param bdevs how many bdevs run
 * @param controllers how many controllers are configured
 * @param waiting what is wrong with each controller that does not listen: its name and a reason
 */
record TargetSummary(int bdevs, int controllers, List<String> waiting) {
    TargetSummary {
        waiting = List.copyOf(waiting);
    }

    boolean complete() {
        return waiting.isEmpty();
    }

    /** {@code 2 bdevs, 1 of 2 controllers listening; vhostblk1: no bdev Malloc9}. */
    String text() {
        int listening = controllers - waiting.size();
        String counts = count(bdevs, "bdev") + ", " + (complete() ? "" : listening + " of ")
                + count(controllers, "controller") + (controllers == 0 ? "" : " listening");
        return complete() ? counts : counts + "; " + String.join("; ", waiting);
    }

    private static String count(int number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }
}
