// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static io.hotbay.linux.internal.Kernel.LIBC;

import io.hotbay.linux.internal.Kernel;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How the kernel shares a core among threads of this process; also among those that are the JVM's own. */
public final class ThreadPriorities {
    private static final Path THREADS = Path.of("/proc/self/task");

    /** Kind of an id that stands for one thread: PRIO_PROCESS, which the kernel takes for the thread of that number. */
    private static final int THREAD = 0;

    /** Field of a thread's stat, counted from the one behind its name. */
    private static final int NICE = 16;

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
        int found = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
            for (Path thread : threads) {
                try {
                    if (names.stream().anyMatch(Files.readString(thread.resolve("comm"))::startsWith)) {
                        giveWay(thread, nice);
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

    private static void giveWay(Path thread, int nice) throws IOException {
        if (niceOf(thread) >= nice) {
            return;
        }
        int id = Integer.parseInt(thread.getFileName().toString());
        Kernel.call("setpriority", "thread " + id, () -> LIBC.setpriority(THREAD, id, nice));
    }

    private static int niceOf(Path thread) throws IOException {
        String stat = Files.readString(thread.resolve("stat"));
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[NICE]);
    }
}
