// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static io.hotbay.linux.internal.Kernel.LIBC;

import io.hotbay.linux.internal.Kernel;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How the kernel shares a core among threads of this process; also among those that are the JVM's own. */
public final class ThreadPriorities {
    private static final Path THREADS = Path.of("/proc/self/task");

    /** Kind of an id that stands for one thread: PRIO_PROCESS, which the kernel takes for the thread of that number. */
    private static final int THREAD = 0;

    /** Field of a thread's stat, counted from the one behind its name. */
    private static final int NICE = 16;

    /** The nice value of threads that give way to all others. */
    public static final int MOST_NICE = 19;

    /** How the names of the JVM's compilers begin. */
    public static final List<String> COMPILERS = List.of("C1 Compiler", "C2 Compiler");

    private ThreadPriorities() {}

    /**
     * Lets threads give way to others: their nice value becomes at least so much. Everyone may do so; it cannot be taken back without
     * CAP_SYS_NICE, and is not. Threads that end meanwhile are left out.
     *
     * @param names how the kernel's names of the threads begin, each of at most 15 bytes
     * @param nice 0 to 19
     * @return how many threads there are of those names
     */
    public static int giveWay(List<String> names, int nice) throws IOException {
        return each(names, thread -> {
            if (niceOf(thread) < nice) {
                set(idOf(thread), nice);
            }
        });
    }

    /**
     * Lets threads give way to others as {@link #giveWay} does, until the result is closed. Nothing happens when that could not be
     * taken back, which needs CAP_SYS_NICE.
     */
    public static Yielding giveWayMeanwhile(List<String> names, int nice) throws IOException {
        Map<Integer, Integer> before = new HashMap<>();
        Yielding yielding = new Yielding(before);
        if (!canTakeBack()) {
            return yielding;
        }
        try {
            each(names, thread -> {
                int own = niceOf(thread);
                if (own < nice) {
                    set(idOf(thread), nice);
                    before.put(idOf(thread), own);
                }
            });
            return yielding;
        } catch (IOException e) {
            yielding.close();
            throw e;
        }
    }

    /** Threads that give way for a while. For one thread. */
    public static final class Yielding implements AutoCloseable {
        private final Map<Integer, Integer> before;

        private Yielding(Map<Integer, Integer> before) {
            this.before = before;
        }

        /** How many threads do. */
        public int threads() {
            return before.size();
        }

        /** Gives them back the nice value that they had; one that has ended meanwhile needs none. */
        @Override
        public void close() {
            before.forEach((thread, nice) -> {
                try {
                    set(thread, nice);
                } catch (LinuxException e) {
                    // it has ended
                }
            });
            before.clear();
        }
    }

    /** Tries it with the calling thread, which gives way a little for good when it cannot. */
    private static boolean canTakeBack() throws IOException {
        int id = Cpus.currentThreadId();
        int own = niceOf(THREADS.resolve(String.valueOf(id)));
        try {
            set(id, own + 1);
            set(id, own);
            return own < MOST_NICE;
        } catch (LinuxException e) {
            return false;
        }
    }

    @FunctionalInterface
    private interface Action {
        void on(Path thread) throws IOException;
    }

    private static int each(List<String> names, Action action) throws IOException {
        int found = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
            for (Path thread : threads) {
                try {
                    if (names.stream().anyMatch(Files.readString(thread.resolve("comm"))::startsWith)) {
                        action.on(thread);
                        found++;
                    }
                } catch (IOException e) {
                    // One that ends meanwhile has no file any more, or one that cannot be read, or is unknown to the
                    // call.
                    if (Files.exists(thread)) {
                        throw e;
                    }
                }
            }
        }
        return found;
    }

    private static int idOf(Path thread) {
        return Integer.parseInt(thread.getFileName().toString());
    }

    private static void set(int thread, int nice) throws LinuxException {
        Kernel.call("setpriority", "thread " + thread, () -> LIBC.setpriority(THREAD, thread, nice));
    }

    private static int niceOf(Path thread) throws IOException {
        String stat = Files.readString(thread.resolve("stat"));
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[NICE]);
    }
}
