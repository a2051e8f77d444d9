// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import io.hotbay.guard.Interruption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;

/** Finds out what was swapped when many bundles were interrupted: those that others depend on, which were rewired with them. */
final class InterruptionGroups {
    private final List<Interruption> all;
    private final BiPredicate<Interruption, Interruption> dependsOn;

    /**
     * What happened at once.
     *
     * @param root what was swapped
     * @param start when the first of its bundles began to stop
     * @param end when the last one had started again
     */
    record Group(Interruption root, long start, long end) {}

    /** @param dependsOn whether the bundle of the first is rewired with that of the second; never asked of one bundle */
    InterruptionGroups(List<Interruption> all, BiPredicate<Interruption, Interruption> dependsOn) {
        this.all = all;
        this.dependsOn = dependsOn;
    }

    List<Group> all() {
        List<Group> groups = new ArrayList<>();
        for (Interruption root : all) {
            if (all.stream()
                    .noneMatch(other -> isWithin(root, other) && !(isWithin(other, root) && isFirst(root, other)))) {
                groups.add(group(root));
            }
        }
        return groups;
    }

    private Group group(Interruption root) {
        long start = root.start();
        long end = root.end();
        for (Interruption other : all) {
            if (isWithin(other, root)) {
                start = Math.min(start, other.start());
                end = Math.max(end, other.end());
            }
        }
        return new Group(root, start, end);
    }

    private boolean isWithin(Interruption one, Interruption other) {
        return one.id() != other.id()
                && one.start() <= other.end()
                && other.start() <= one.end()
                && dependsOn.test(one, other);
    }

    /** Of bundles that depend on each other one stands for both. */
    private static boolean isFirst(Interruption one, Interruption other) {
        return one.id() < other.id();
    }
}
