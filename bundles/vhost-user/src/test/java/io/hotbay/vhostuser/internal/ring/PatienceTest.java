// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.vhostuser.internal.testing.Eventually;
import io.hotbay.vhostuser.internal.testing.RecordingLogger;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PatienceTest {
    private static final Duration SHORT = Duration.ofMillis(60);
    private static final Duration LONG = Duration.ofMinutes(10);

    private final RecordingLogger log = new RecordingLogger();

    @Test
    void shouldReturnWhenTheFutureIsComplete() {
        Patience patience = new Patience(LONG, LONG, log.logger());
        assertThat(patience.await(CompletableFuture.completedFuture("x"), () -> "x"))
                .isTrue();
        assertThat(patience.await(CompletableFuture.failedFuture(new IllegalStateException()), () -> "x"))
                .isTrue();
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void shouldSayOnceWhatItWaitsForAndWaitOn() {
        Patience patience = new Patience(SHORT, SHORT, log.logger());
        CompletableFuture<Void> future = new CompletableFuture<>();
        CompletableFuture<Boolean> wait = CompletableFuture.supplyAsync(() -> patience.await(future, () -> "the ring"));
        Eventually.eventually("complaint", () -> !log.lines().isEmpty());
        assertThat(log.lines()).singleElement().asString().contains("warn").contains("the ring");
        assertThat(wait).isNotDone();
        assertThat(patience.delays()).singleElement().asString().matches("the ring: for \\d+ ms");
        future.complete(null);
        assertThat(wait.join()).isTrue();
        assertThat(patience.delays()).isEmpty();
        assertThat(log.lines()).hasSize(2).last().asString().contains("info").contains("over after");
    }

    @Test
    void shouldSayWhenItWillGiveUp() {
        Patience patience = new Patience(SHORT, LONG, log.logger());
        CompletableFuture<Void> future = new CompletableFuture<>();
        CompletableFuture<Boolean> wait = CompletableFuture.supplyAsync(() -> patience.await(future, () -> "the ring"));
        patience.hurry();
        Eventually.eventually("delay", () -> !patience.delays().isEmpty());
        assertThat(patience.delays()).singleElement().asString().matches("the ring: for \\d+ ms, given up in \\d+ ms");
        future.complete(null);
        assertThat(wait.join()).isTrue();
        assertThat(patience.delays()).isEmpty();
    }

    @Test
    void shouldGiveUpWhileSomebodyIsInAHurry() {
        Patience patience = new Patience(LONG, SHORT, log.logger());
        CompletableFuture<Boolean> wait =
                CompletableFuture.supplyAsync(() -> patience.await(new CompletableFuture<>(), () -> "the ring"));
        patience.hurry();
        assertThat(wait.join()).isFalse();
        assertThat(log.lines()).singleElement().asString().contains("given up");
    }

    @Test
    void shouldBePatientAgainWhenNobodyIsInAHurryAnyMore() {
        Patience patience = new Patience(SHORT, SHORT, log.logger());
        patience.hurry();
        patience.hurry();
        patience.relax();
        patience.relax();
        CompletableFuture<Void> future = new CompletableFuture<>();
        CompletableFuture<Boolean> wait = CompletableFuture.supplyAsync(() -> patience.await(future, () -> "the ring"));
        Eventually.eventually("complaint", () -> !log.lines().isEmpty());
        assertThat(wait).isNotDone();
        future.complete(null);
        assertThat(wait.join()).isTrue();
    }

    @Test
    void shouldGiveUpWhatIsDoubtful() {
        Patience patience = new Patience(LONG, SHORT, log.logger());
        assertThat(patience.await(new CompletableFuture<>(), () -> "the ring", () -> true))
                .isFalse();
    }

    @Test
    void shouldKeepTheInterruptForItsCaller() {
        Patience patience = new Patience(LONG, SHORT, log.logger());
        Thread.currentThread().interrupt();
        assertThat(patience.await(new CompletableFuture<>(), () -> "the ring", () -> true))
                .isFalse();
        assertThat(Thread.interrupted()).isTrue();
    }
}
