// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor.internal;

import io.hotbay.linux.Cpus;
import io.hotbay.reactor.CpuSet;
import io.hotbay.reactor.Reactors;
import java.util.BitSet;

/**
 * Which cores to run on.
 *
 * @param launched what the launcher was told, or null
 * @param usable cores that are online and allowed to this process
 */
record CoreChoice(String launched, BitSet usable) {
    static CoreChoice ofThisProcess(String launched) {
        BitSet usable = Cpus.allowed();
        usable.and(Cpus.online());
        return new CoreChoice(launched, usable);
    }

    /**
     * Chooses by configuration, launcher or default, in this order.
     *
     * @throws IllegalArgumentException if that is no set of cores, or one of them cannot be used; the message names those that can
     */
    BitSet choose(String configured) {
        if (!configured.isBlank()) {
            return usable(configured, "cores of " + Reactors.PID);
        }
        if (launched != null && !launched.isBlank()) {
            return usable(launched, "hotbay.cores (-m)");
        }
        BitSet first = new BitSet();
        first.set(usable.nextSetBit(0));
        return first;
    }

    private BitSet usable(String text, String source) {
        BitSet cores = CpuSet.parse(text);
        BitSet missing = (BitSet) cores.clone();
        missing.andNot(usable);
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException(source + " is \"" + text + "\", but core " + CpuSet.list(missing)
                    + " is not online or not allowed to this process: choose among " + CpuSet.list(usable));
        }
        return cores;
    }
}
