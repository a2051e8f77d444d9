// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.frontend.BlockResult;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SectorPattern;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Writes and reads back on each of two queues until it is closed, which throws what went wrong. */
final class Load implements AutoCloseable {
    private static final int PLACES = 64;
    private static final int MORE = 20;
    private static final int LENGTH = 4096;
    private static final int SECTORS = LENGTH / 512;

    private final boolean verified;
    private final AtomicBoolean ending = new AtomicBoolean();
    private final List<AtomicInteger> rounds = List.of(new AtomicInteger(), new AtomicInteger());
    private final ExecutorService threads = Executors.newFixedThreadPool(rounds.size());
    private final List<CompletableFuture<Void>> workers;

    Load(FrontendSession session) {
        this(session, true);
    }

    /** @param verified whether the disk keeps what is written */
    Load(FrontendSession session, boolean verified) {
        this.verified = verified;
        workers = List.of(
                CompletableFuture.runAsync(() -> run(session, 0), threads),
                CompletableFuture.runAsync(() -> run(session, 1), threads));
    }

    private void run(FrontendSession session, int queue) {
        AtomicInteger round = rounds.get(queue);
        try {
            while (!ending.get()) {
                int number = round.get();
                long sector = (queue * (long) PLACES + number % PLACES) * SECTORS;
                byte[] content = SectorPattern.of(sector, LENGTH, number);
                assertThat(session.driver(queue).write(sector, content).isOk()).isTrue();
                BlockResult back = session.driver(queue).read(sector, LENGTH);
                assertThat(back.isOk()).isTrue();
                if (verified) {
                    assertThat(back.data()).isEqualTo(content);
                }
                round.incrementAndGet();
            }
        } catch (IOException e) {
            throw new IllegalStateException("queue " + queue + ", round " + round, e);
        }
    }

    /** Waits until each queue has carried some more. */
    void awaitProgress() {
        for (int queue = 0; queue < rounds.size(); queue++) {
            AtomicInteger round = rounds.get(queue);
            CompletableFuture<Void> worker = workers.get(queue);
            int enough = round.get() + MORE;
            Await.asserted(
                    () -> assertThat(worker.isDone() || round.get() >= enough).isTrue());
            // throws what has ended it
            worker.getNow(null);
        }
    }

    @Override
    public void close() throws InterruptedException, ExecutionException {
        ending.set(true);
        threads.shutdown();
        for (CompletableFuture<Void> worker : workers) {
            worker.get();
        }
    }
}
