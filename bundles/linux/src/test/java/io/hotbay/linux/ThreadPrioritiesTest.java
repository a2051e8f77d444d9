// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ThreadPrioritiesTest {
    private static final int BRIEF_THREADS = 5000;

    private final CountDownLatch end = new CountDownLatch(1);
    private volatile int id;

    /** Nice value of a thread, from another field than the code reads: its priority, which is 20 more (proc(5)). */
    private static int nice(int thread) throws Exception {
        String stat = Files.readString(Path.of("/proc/self/task/" + thread + "/stat"));
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[15]) - 20;
    }

    /** The kernel stops at 19, which the tests themselves may be run with. */
    private static int nicer(int nice, int more) {
        return Math.min(nice + more, 19);
    }

    private Thread start(String name) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        Thread thread = new Thread(
                () -> {
                    id = Cpus.currentThreadId();
                    begun.countDown();
                    try {
                        end.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                name);
        thread.start();
        begun.await();
        // the JVM names the thread for the kernel from the thread itself, before it runs
        assertThat(Files.readString(Path.of("/proc/self/task/" + id + "/comm"))).startsWith(name);
        return thread;
    }

    @Test
    void shouldLetNamedThreadsOnlyGiveWay() throws Exception {
        int own = nice(Cpus.currentThreadId());
        Thread thread = start("polite-7");
        try {
            assertThat(ThreadPriorities.giveWay(List.of("polite-"), own + 3)).isEqualTo(1);

            assertThat(nice(id)).isEqualTo(nicer(own, 3));
            assertThat(nice(Cpus.currentThreadId())).isEqualTo(own);
        } finally {
            end.countDown();
            thread.join();
        }
    }

    @Test
    void shouldLetThreadsGiveWayForAWhileIfThatCanBeTakenBack() throws Exception {
        int own = nice(Cpus.currentThreadId());
        Thread thread = start("patient-1");
        try {
            try (ThreadPriorities.Yielding yielding = ThreadPriorities.giveWayMeanwhile(List.of("patient-"), own + 4)) {
                assertThat(nice(id)).isEqualTo(yielding.threads() == 1 ? nicer(own, 4) : own);
                assertThat(yielding.threads()).isEqualTo(Users.effectiveUid() == 0 ? 1 : yielding.threads());
            }

            assertThat(nice(id)).isEqualTo(own);
        } finally {
            end.countDown();
            thread.join();
        }
    }

    @Test
    void shouldLeaveThreadsAloneThatGiveMoreWay() throws Exception {
        int own = nice(Cpus.currentThreadId());
        Thread thread = start("humble-1");
        try {
            ThreadPriorities.giveWay(List.of("humble-1"), own + 5);
            ThreadPriorities.giveWay(List.of("humble-1"), own + 2);

            assertThat(nice(id)).isEqualTo(nicer(own, 5));
        } finally {
            end.countDown();
            thread.join();
        }
    }

    @Test
    void shouldLeaveOutThreadsThatEndMeanwhile() throws Exception {
        Thread mother = new Thread(() -> {
            for (int i = 0; i < BRIEF_THREADS; i++) {
                new Thread(() -> {}, "brief").start();
            }
        });
        mother.start();
        while (mother.isAlive()) {
            ThreadPriorities.giveWay(List.of("brief"), 19);
        }
    }

    @Test
    void shouldFindNone() throws Exception {
        assertThat(ThreadPriorities.giveWay(List.of("nobody is so"), 19)).isZero();
    }
}
