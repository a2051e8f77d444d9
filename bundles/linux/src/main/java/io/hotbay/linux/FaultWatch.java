// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import io.hotbay.linux.internal.MachineCode;
import java.lang.invoke.VarHandle;

/**
 * Sees at next to no cost whether {@link MappingFaults#surface} could have anything to throw, and calls it only then. What it goes by
 * is counted for the whole process, so it sometimes calls in vain. For one user at a time, who may change threads between two calls if
 * the former one has called {@link #surface} last; allocates nothing.
 */
public final class FaultWatch {
    private static final boolean COUNTED = MachineCode.obstacle() == null;

    private long seen = COUNTED ? MachineCode.signals() : 0;

    /**
     * The same as {@link MappingFaults#surface} for all that this thread has accessed since this method was called last, or this object was made.
     *
     * @throws InternalError if an access failed
     */
    public void surface() {
        if (COUNTED) {
            // Neither stores nor loads from before may be left for after the look. The processor does not: a signal
            // comes in
            // the middle of the program's order. For HotSpot's compilers each of both fences is one for all accesses.
            VarHandle.releaseFence();
            VarHandle.acquireFence();
            long signals = MachineCode.signals();
            if (signals == seen) {
                return;
            }
            seen = signals;
        }
        MappingFaults.surface();
    }
}
