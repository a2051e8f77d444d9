// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.linux.Cpus;
import io.hotbay.linux.LinuxException;
import io.hotbay.reactor.Poller;
import io.hotbay.reactor.ReactorStatistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CoreReactorTest {
    private static final int CORE = Cpus.allowed().length() - 1;

    private final RecordingLogger log = new RecordingLogger();
    private CoreReactor reactor;

    @BeforeEach
    void start() throws LinuxException {
        reactor = CoreReactor.start(CORE, SpinBudget.fixed(0), log.logger());
    }

    @AfterEach
    void stop() {
        reactor.stop();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(60, TimeUnit.SECONDS);
    }

    @Test
    void shouldRunOnAThreadOfItsOwnThatIsPinnedToItsCore() throws Exception {
        int id = get(reactor.run(Cpus::currentThreadId));
        List<String> status = Files.readAllLines(Path.of("/proc/self/task/" + id + "/status"));
        assertThat(status).contains("Cpus_allowed_list:\t" + CORE);
        Thread thread = get(reactor.run(Thread::currentThread));
        assertThat(thread.getName()).isEqualTo("hotbay-reactor-" + CORE);
        assertThat(thread.isDaemon()).isTrue();
        assertThat(reactor.isCurrent()).isFalse();
        assertThat(get(reactor.run(reactor::isCurrent))).isTrue();
    }

    @Test
    void shouldRefuseACoreThatIsNotThere() {
        assertThatThrownBy(() -> CoreReactor.start(4000, SpinBudget.fixed(0), log.logger()))
                .isInstanceOf(LinuxException.class);
    }

    @Test
    void shouldRunTasksInTheOrderTheyCame() throws Exception {
        List<Integer> ran = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int number = i;
            reactor.run(() -> ran.add(number));
        }
        List<Integer> seen = get(reactor.run(() -> List.copyOf(ran)));
        assertThat(seen).hasSize(100).isSorted();
    }

    @Test
    void shouldTellWhatATaskThrew() {
        CompletableFuture<Void> future = reactor.run(() -> {
            throw new IOException("broken");
        });
        assertThatThrownBy(() -> get(future))
                .hasRootCauseInstanceOf(IOException.class)
                .hasMessageContaining("broken");
    }

    @Test
    void shouldRunATaskAtOnceOnItsOwnThread() throws Exception {
        boolean done = get(reactor.run(() -> reactor.run(() -> 1).isDone()));
        assertThat(done).isTrue();
    }

    @Test
    void shouldPollWhatWasAddedAndNameIt() throws Exception {
        CountingPoller poller = new CountingPoller("one");
        get(reactor.add(poller));
        assertThat(reactor.pollers()).containsExactly("one");
        assertThat(reactor.load()).isEqualTo(1);
        Eventually.until("it is polled", () -> poller.polls > 0);
    }

    @Test
    void shouldRefuseAPollerThatRunsAlready() throws Exception {
        CountingPoller poller = new CountingPoller("one");
        get(reactor.add(poller));
        assertThatThrownBy(() -> get(reactor.add(poller)))
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("one");
        assertThat(reactor.load()).isEqualTo(1);
    }

    @Test
    void shouldNotCallAPollerAfterItsRemovalIsDone() throws Exception {
        CountingPoller poller = new CountingPoller("one");
        get(reactor.add(poller));
        get(reactor.remove(poller));
        long polls = poller.polls;
        long before = reactor.statistics().rounds();
        get(reactor.add(awake("other")));
        Eventually.until("more rounds", () -> reactor.statistics().rounds() > before + 10_000);
        assertThat(poller.polls).isEqualTo(polls);
        assertThat(poller.disarms).isEqualTo(poller.arms);
        assertThat(reactor.load()).isEqualTo(1);
    }

    @Test
    void shouldNotCallAPollerThatAnotherOneRemovedInTheSameRound() throws Exception {
        CountingPoller victim = new CountingPoller("victim");
        CompletableFuture<Long> pollsAtRemoval = new CompletableFuture<>();
        CountingPoller remover = new CountingPoller("remover") {
            @Override
            public int poll() {
                if (!pollsAtRemoval.isDone()) {
                    reactor.remove(victim).thenRun(() -> pollsAtRemoval.complete(victim.polls));
                }
                return super.poll();
            }
        };
        get(reactor.run(() -> {
            reactor.add(remover);
            reactor.add(victim);
            return null;
        }));
        assertThat(get(pollsAtRemoval)).isZero();
        Eventually.until("more rounds", () -> remover.polls > 10);
        assertThat(victim.polls).isZero();
    }

    static List<Supplier<Throwable>> failures() {
        return List.of(
                () -> new IllegalStateException("broken"),
                () -> new InternalError("a fault occurred in an unsafe memory access operation"),
                StackOverflowError::new,
                OutOfMemoryError::new);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void shouldDropAPollerThatFailsAndKeepTheOthers(Supplier<Throwable> failure) throws Exception {
        Throwable cause = failure.get();
        CountingPoller good = new CountingPoller("good");
        CountingPoller bad = new CountingPoller("bad") {
            @Override
            public int poll() {
                super.poll();
                throw CoreReactorTest.<RuntimeException>sneaky(cause);
            }
        };
        get(reactor.add(bad));
        get(reactor.add(good));
        assertThat(get(bad.failure)).isSameAs(cause);
        assertThat(bad.polls).isEqualTo(1);
        long polls = good.polls;
        get(reactor.add(awake("third")));
        Eventually.until("the other one goes on", () -> good.polls > polls);
        assertThat(reactor.pollers()).containsExactly("good", "third");
        assertThat(reactor.load()).isEqualTo(2);
        assertThat(log.lines()).anyMatch(line -> line.startsWith("error") && line.contains("bad"));
    }

    @Test
    void shouldDropAPollerThatFailsToArmOrToDisarm() throws Exception {
        CountingPoller unarmed = new CountingPoller("unarmed") {
            @Override
            public boolean arm() {
                throw new IllegalStateException("arm");
            }
        };
        CountingPoller armed = new CountingPoller("armed") {
            @Override
            public void disarm() {
                throw new IllegalStateException("disarm");
            }
        };
        get(reactor.add(armed));
        get(reactor.add(unarmed));
        assertThat(get(unarmed.failure)).hasMessage("arm");
        assertThat(get(armed.failure)).hasMessage("disarm");
        assertThat(get(reactor.run(reactor::pollers))).isEmpty();
        assertThat(reactor.load()).isZero();
    }

    @Test
    void shouldSurviveAPollerThatFailsAgainWhenToldOfItsFailure() throws Exception {
        CountingPoller bad = new CountingPoller("bad") {
            @Override
            public int poll() {
                throw new IllegalStateException("first");
            }

            @Override
            public void failed(Throwable cause) {
                super.failed(cause);
                throw new IllegalStateException("second");
            }
        };
        get(reactor.add(bad));
        assertThat(get(bad.failure)).hasMessage("first");
        assertThat(get(reactor.run(() -> 1))).isEqualTo(1);
    }

    @Test
    void shouldRefuseEverythingAfterItsEndAndTellThePollers() throws Exception {
        CountingPoller poller = new CountingPoller("one");
        get(reactor.add(poller));
        reactor.stop();
        assertThat(get(poller.failure))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("reactor " + CORE + " has stopped");
        for (CompletableFuture<?> late : List.of(reactor.run(() -> 1), reactor.add(poller), reactor.remove(poller))) {
            assertThat(late).isCompletedExceptionally();
            assertThatThrownBy(late::join)
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has stopped");
        }
        assertThatThrownBy(() -> reactor.watch(0)).isInstanceOf(IllegalStateException.class);
        reactor.unwatch(0);
        assertThat(reactor.pollers()).isEmpty();
    }

    @Test
    void shouldAnswerEachCommandThatRacesWithItsEnd() throws Exception {
        List<CompletableFuture<Integer>> futures = new ArrayList<>();
        CompletableFuture<Integer> first = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            for (int i = 0; i < 50_000; i++) {
                futures.add(reactor.run(() -> 1));
                if (i == 0) {
                    futures.get(0).thenAccept(first::complete);
                }
            }
        });
        caller.start();
        get(first);
        reactor.stop();
        caller.join();
        assertThat(futures).hasSize(50_000);
        for (CompletableFuture<Integer> future : futures) {
            Object outcome = get(future.<Object>handle((result, cause) -> result == null ? cause : result));
            assertThat(outcome).satisfiesAnyOf(ran -> assertThat(ran).isEqualTo(1), refused -> assertThat(refused)
                    .isInstanceOf(IllegalStateException.class));
        }
    }

    @Test
    void shouldAccountForAllOfItsTime() throws Exception {
        long before = System.nanoTime();
        CoreReactor fresh = CoreReactor.start(CORE, SpinBudget.fixed(0), log.logger());
        long started = System.nanoTime();
        fresh.run(() -> 1);
        long asked = System.nanoTime();
        ReactorStatistics statistics = fresh.statistics();
        long after = System.nanoTime();
        fresh.stop();
        long sum = statistics.busyNanos() + statistics.spinNanos() + statistics.sleepNanos();
        assertThat(sum).isBetween(asked - started, after - before);
        assertThat(statistics.cpuNanos()).isPositive();
    }

    /** A poller that never lets the reactor sleep. */
    static Poller awake(String name) {
        return new CountingPoller(name) {
            @Override
            public boolean arm() {
                super.arm();
                return false;
            }
        };
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T sneaky(Throwable cause) throws T {
        throw (T) cause;
    }
}
