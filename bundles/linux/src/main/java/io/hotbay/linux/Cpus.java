// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static io.hotbay.linux.internal.Kernel.LIBC;

import io.hotbay.linux.internal.Kernel;
import io.hotbay.linux.internal.NativeMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;

/** The cores of this machine, and which of them threads run on. */
public final class Cpus {
    private static final Path ONLINE = Path.of("/sys/devices/system/cpu/online");

    /** Bytes of a set of cores; the kernel knows 8192 at most. */
    private static final int SET = 1024;

    private static final int CURRENT_THREAD = 0;

    private Cpus() {}

    /** Cores that run. */
    public static BitSet online() {
        try {
            return parse(Files.readString(ONLINE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a list as the kernel writes it: {@code 0-3,8}. */
    static BitSet parse(String list) {
        BitSet cores = new BitSet();
        for (String range : list.strip().split(",")) {
            String[] ends = range.split("-");
            cores.set(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) + 1);
        }
        return cores;
    }

    /** Cores that this process may use: fewer than run when taskset or a control group says so. */
    public static BitSet allowed() {
        NativeMemory set = new NativeMemory(SET);
        try {
            // the main thread, which is never pinned, and not the one that happens to ask
            Kernel.call("sched_getaffinity", null, () -> LIBC.sched_getaffinity(LIBC.getpid(), SET, set.address()));
        } catch (LinuxException e) {
            throw new UncheckedIOException(e);
        }
        return BitSet.valueOf(set.bytes());
    }

    /** Lets the calling thread run on one core only. */
    public static void pinCurrentThread(int cpu) throws LinuxException {
        if (cpu < 0 || cpu >= SET * Byte.SIZE) {
            throw new LinuxException("sched_setaffinity", "to core " + cpu, Errno.EINVAL);
        }
        NativeMemory set = new NativeMemory(SET);
        set.bytes().put(cpu / Byte.SIZE, (byte) (1 << cpu % Byte.SIZE));
        Kernel.call(
                "sched_setaffinity",
                "to core " + cpu,
                () -> LIBC.sched_setaffinity(CURRENT_THREAD, SET, set.address()));
        Reference.reachabilityFence(set);
    }

    /** Number of the calling thread, as top and /proc show it. */
    public static int currentThreadId() {
        return LIBC.gettid();
    }
}
