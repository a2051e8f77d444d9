// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import static io.hotbay.vhostuser.internal.testing.Eventually.eventually;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.NEED_REPLY;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.longs;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.EventFd;
import io.hotbay.linux.UnixConnection;
import io.hotbay.target.QueueStatus;
import io.hotbay.vhostuser.internal.testing.FrontEnd;
import io.hotbay.vhostuser.internal.testing.FrontEnd.Answer;
import io.hotbay.vhostuser.internal.testing.GuestRing;
import io.hotbay.vhostuser.internal.testing.OpenFiles;
import io.hotbay.vhostuser.internal.testing.SessionBench;
import io.hotbay.vhostuser.internal.wire.MessageType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The life of rings: started, stopped, broken, and everything that changes while they run. */
class RingTest {
    private SessionBench bench;
    private FrontEnd frontEnd;
    private GuestRing ring;
    private GuestRing other;

    @BeforeEach
    void begin() throws IOException {
        bench = new SessionBench(2);
        frontEnd = bench.frontEnd();
        ring = new GuestRing(0, bench.memory());
        other = new GuestRing(1, bench.memory());
    }

    @AfterEach
    void end() throws InterruptedException {
        bench.close();
        ring.close();
        other.close();
    }

    private void start() throws IOException {
        bench.handshake();
        ring.start(frontEnd, 0);
        frontEnd.synchronise();
    }

    private QueueStatus status(int index) {
        return bench.session().status().queues().get(index);
    }

    private CompletableFuture<Answer> laterAnswer() {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return frontEnd.receive();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private long stop(GuestRing stopped) throws IOException {
        return frontEnd.ask(MessageType.GET_VRING_BASE, stopped.state(0))
                .payload()
                .getInt(4);
    }

    @Test
    void shouldServeRequestsAndNotifyTheDriver() throws IOException {
        start();
        ring.interrupts();
        ring.submit(3);
        ring.awaitUsed(3);
        ring.awaitInterrupt();
        assertThat(status(0)).isEqualTo(new QueueStatus(0, GuestRing.SIZE, 0, true, true, 0, ""));
        assertThat(status(1).running()).isFalse();
    }

    @Test
    void shouldLookAtTheRingAlthoughTheKickCameBefore() throws IOException {
        ring.submit(2);
        start();
        ring.awaitUsed(2);
    }

    @Test
    void shouldSignalOnceWhenACallDescriptorIsSet() throws IOException {
        frontEnd.tell(MessageType.SET_VRING_CALL, ring.withDescriptor(), ring.call());
        frontEnd.synchronise();
        assertThat(ring.interrupts()).isEqualTo(1);
    }

    @Test
    void shouldWatchTheKickOnlyWhileTheRingRuns() throws IOException {
        start();
        assertThat(bench.reactors().reactor().watched()).hasSize(1);
        assertThat(bench.reactors().reactor().pollers()).containsExactly("vhostblk0 session 0 ring 0");
        stop(ring);
        assertThat(bench.reactors().reactor().watched()).isEmpty();
        assertThat(bench.reactors().reactor().pollers()).isEmpty();
    }

    @Test
    void shouldGoOnWhereItStoodAfterAStop() throws IOException {
        start();
        ring.submit(5);
        ring.awaitUsed(5);
        assertThat(stop(ring)).isEqualTo(5);
        ring.submit(2);
        ring.start(frontEnd, 5);
        ring.awaitUsed(7);
        assertThat(stop(ring)).isEqualTo(7);
    }

    @Test
    void shouldTellTheBaseThatWasSetWhenTheRingNeverRan() throws IOException {
        frontEnd.tell(MessageType.SET_VRING_BASE, ring.state(77));
        assertThat(stop(ring)).isEqualTo(77);
        assertThat(stop(other)).isZero();
    }

    @Test
    void shouldGoOnBehindTheUsedIndexWhenNoBaseIsSent() throws IOException {
        ring.continueAt(9);
        bench.handshake();
        frontEnd.tell(MessageType.SET_VRING_NUM, ring.num());
        frontEnd.tell(MessageType.SET_VRING_ADDR, ring.address(0));
        frontEnd.tell(MessageType.SET_VRING_KICK, ring.withDescriptor(), ring.kick());
        frontEnd.tell(MessageType.SET_VRING_ENABLE, ring.state(1));
        ring.submit(2);
        ring.awaitUsed(11);
        assertThat(stop(ring)).isEqualTo(11);
    }

    @Test
    void shouldDropKickAndCallWithAStop() throws IOException {
        start();
        long open = OpenFiles.descriptors();
        stop(ring);
        assertThat(OpenFiles.descriptors()).isEqualTo(open - 2);
    }

    @Test
    void shouldAnswerAStopOnlyWhenAllRequestsAreCompleted() throws IOException {
        start();
        bench.device().hold(true);
        ring.submit(3);
        eventually("requests in flight", () -> status(0).inFlight() == 3);

        frontEnd.send(MessageType.GET_VRING_BASE.id(), NEED_REPLY, ring.state(0), List.of());
        CompletableFuture<Answer> answer = laterAnswer();
        eventually("complaint", () -> bench.log().lines().stream()
                .anyMatch(line -> line.contains("still waiting") && line.contains("vhostblk0 session 0 ring 0")));
        ring.submit(4);
        assertThat(answer).isNotDone();
        assertThat(ring.used()).isZero();

        bench.device().hold(false);
        assertThat(answer.join().payload().getInt(4)).isEqualTo(3);
        assertThat(answer.join().flags()).isEqualTo(FrontEnd.REPLY);
        assertThat(ring.used()).isEqualTo(3);
        assertThat(bench.device().running()).isZero();
    }

    @Test
    void shouldAcknowledgeADisableWhenAllRequestsAreCompleted() throws IOException {
        start();
        bench.device().hold(true);
        ring.submit(2);
        eventually("requests in flight", () -> status(0).inFlight() == 2);
        frontEnd.send(MessageType.SET_VRING_ENABLE.id(), NEED_REPLY, ring.state(0), List.of());
        CompletableFuture<Answer> answer = laterAnswer();
        eventually("complaint", () -> bench.log().lines().stream().anyMatch(line -> line.contains("still waiting")));
        assertThat(answer).isNotDone();
        bench.device().hold(false);
        assertThat(answer.join().u64()).isZero();
        assertThat(ring.used()).isEqualTo(2);
    }

    @Test
    void shouldNotServeADisabledRingAndGoOnWhenItIsEnabled() throws IOException {
        start();
        assertThat(frontEnd.acknowledged(MessageType.SET_VRING_ENABLE, ring.state(0)))
                .isZero();
        ring.submit(2);
        frontEnd.synchronise();
        assertThat(status(0).running()).isFalse();
        assertThat(ring.used()).isZero();
        assertThat(frontEnd.acknowledged(MessageType.SET_VRING_ENABLE, ring.state(1)))
                .isZero();
        ring.awaitUsed(2);
    }

    @Test
    void shouldEnableAllRingsOfAFrontEndWithoutProtocolFeatures() throws IOException {
        bench.handshake();
        frontEnd.tell(MessageType.SET_FEATURES, longs(1L << 32));
        frontEnd.tell(MessageType.SET_VRING_NUM, ring.num());
        frontEnd.tell(MessageType.SET_VRING_BASE, ring.state(0));
        frontEnd.tell(MessageType.SET_VRING_ADDR, ring.address(0));
        frontEnd.tell(MessageType.SET_VRING_KICK, ring.withDescriptor(), ring.kick());
        ring.submit(1);
        ring.awaitUsed(1);
        assertThat(bench.device().starts()).containsExactly(1L << 32);
    }

    @Test
    void shouldNotDisturbRunningRingsWithRepeatedMessages() throws IOException {
        start();
        frontEnd.tell(MessageType.SET_OWNER, longs());
        frontEnd.tell(MessageType.SET_FEATURES, longs(SessionBench.FEATURES));
        frontEnd.tell(MessageType.SET_FEATURES, longs(SessionBench.FEATURES | 1L << 3));
        frontEnd.tell(MessageType.SET_VRING_ADDR, ring.address(1));
        frontEnd.tell(MessageType.SET_VRING_NUM, ring.num());
        frontEnd.tell(MessageType.SET_VRING_ENABLE, ring.state(1));
        frontEnd.synchronise();
        assertThat(bench.device().starts()).hasSize(1);
        ring.submit(1);
        ring.awaitUsed(1);
    }

    @Test
    void shouldTakeNewCallDescriptorsWhileRequestsAreUnderWay() throws IOException {
        start();
        long open = OpenFiles.descriptors();
        try (EventFd next = EventFd.create()) {
            bench.device().hold(true);
            ring.submit(1);
            eventually("request in flight", () -> status(0).inFlight() == 1);
            frontEnd.tell(MessageType.SET_VRING_CALL, ring.withDescriptor(), Descriptor.adopt(next.number()));
            frontEnd.synchronise();
            assertThat(next.drain()).isEqualTo(1);
            ring.interrupts();

            bench.device().hold(false);
            ring.awaitUsed(1);
            eventually("interrupt over the new descriptor", () -> next.drain() > 0);
            assertThat(ring.interrupts()).isZero();
        }
        assertThat(OpenFiles.descriptors()).isEqualTo(open);
        assertThat(bench.device().starts()).hasSize(1);
    }

    @Test
    void shouldNotNotifyADriverThatPolls() throws IOException {
        start();
        frontEnd.tell(MessageType.SET_VRING_CALL, ring.withoutDescriptor());
        frontEnd.synchronise();
        ring.interrupts();
        ring.submit(1);
        ring.awaitUsed(1);
        stop(ring);
        assertThat(ring.interrupts()).isZero();
    }

    @Test
    void shouldRunARingWithoutAKickDescriptor() throws IOException {
        bench.handshake();
        frontEnd.tell(MessageType.SET_VRING_NUM, ring.num());
        frontEnd.tell(MessageType.SET_VRING_BASE, ring.state(0));
        frontEnd.tell(MessageType.SET_VRING_ADDR, ring.address(0));
        frontEnd.tell(MessageType.SET_VRING_KICK, ring.withoutDescriptor());
        frontEnd.tell(MessageType.SET_VRING_ENABLE, ring.state(1));
        ring.submit(1);
        ring.awaitUsed(1);
        assertThat(bench.reactors().reactor().watched()).isEmpty();
    }

    @Test
    void shouldMoveARunningRingThatGetsANewKick() throws IOException {
        start();
        ring.submit(1);
        ring.awaitUsed(1);
        try (EventFd next = EventFd.create()) {
            frontEnd.tell(MessageType.SET_VRING_KICK, ring.withDescriptor(), Descriptor.adopt(next.number()));
            frontEnd.synchronise();
        }
        ring.submit(1);
        ring.awaitUsed(2);
        assertThat(bench.reactors().reactor().watched()).hasSize(1);
    }

    // ---- broken rings

    @Test
    void shouldBreakOnlyTheRingWhoseDeviceFails() throws IOException {
        start();
        other.start(frontEnd, 0);
        frontEnd.tell(MessageType.SET_VRING_ERR, ring.withDescriptor(), ring.error());
        frontEnd.synchronise();
        bench.device().fail(0);
        ring.submit(1);
        ring.awaitError();
        assertThat(status(0).fault()).contains("the device failed");
        eventually("log entry", () -> bench.log().lines().stream().anyMatch(line -> line.contains("is broken")));

        other.submit(2);
        other.awaitUsed(2);

        bench.device().fail(-1);
        assertThat(stop(ring)).isEqualTo(1);
        ring.continueAt(1);
        ring.start(frontEnd, 1);
        ring.submit(1);
        ring.awaitUsed(2);
        assertThat(status(0).fault()).isEmpty();
    }

    @Test
    void shouldBreakARingThatTheDriverHasCorrupted() throws IOException {
        start();
        frontEnd.tell(MessageType.SET_VRING_ERR, ring.withDescriptor(), ring.error());
        frontEnd.synchronise();
        ring.publish(5000);
        ring.awaitError();
        assertThat(status(0).fault()).contains("jumped");
        // the rest of the session works, and so does the ring after the driver has set it up anew
        stop(ring);
        ring.continueAt(0);
        ring.start(frontEnd, 0);
        ring.submit(1);
        ring.awaitUsed(1);
    }

    @Test
    void shouldTellARingThatCannotBeOpened() throws IOException {
        bench.handshake();
        frontEnd.tell(MessageType.SET_VRING_ERR, ring.withDescriptor(), ring.error());
        frontEnd.tell(MessageType.SET_VRING_NUM, FrontEnd.words(0, 3));
        frontEnd.tell(MessageType.SET_VRING_ADDR, ring.address(0));
        frontEnd.tell(MessageType.SET_VRING_KICK, ring.withDescriptor(), ring.kick());
        assertThat(frontEnd.acknowledged(MessageType.SET_VRING_ENABLE, ring.state(1)))
                .isZero();
        ring.awaitError();
        assertThat(status(0).fault()).contains("power of two");

        frontEnd.tell(MessageType.SET_VRING_NUM, ring.num());
        ring.submit(1);
        ring.awaitUsed(1);
        assertThat(status(0).fault()).isEmpty();
    }

    @Test
    void shouldTryAgainWhenTheDeviceIsReplaced() throws IOException {
        bench.device().failStarts(true);
        start();
        assertThat(status(0).fault()).isEqualTo("the disk is away");
        bench.device().failStarts(false);
        bench.locked(() -> {
            bench.session().prepare(bench.device());
            bench.session().startRings();
        });
        ring.submit(1);
        ring.awaitUsed(1);
    }

    @Test
    void shouldKeepMemoryMappedWhenRequestsNeverEnd() throws IOException {
        bench.device().asynchronous(true);
        start();
        long mappings = OpenFiles.mappings("bench");
        bench.device().hold(true);
        ring.submit(1);
        eventually("request in flight", () -> status(0).inFlight() == 1);
        bench.device().fail(0);
        eventually("fault", () -> !status(0).fault().isEmpty());

        // what is under way may be lost for good, so even an unhurried stop gives up in the end
        assertThat(stop(ring)).isEqualTo(1);
        assertThat(status(0).fault()).isEmpty();
        assertThat(bench.log().lines()).anyMatch(line -> line.contains("given up"));
        frontEnd.close();
        bench.end();
        assertThat(OpenFiles.mappings("bench")).isEqualTo(mappings);
        assertThat(bench.reactors().reactor().watched()).isEmpty();
    }

    // ---- reset, end, news

    @Test
    void shouldStopAllRingsAndKeepMemoryWithADeviceReset() throws IOException {
        start();
        ring.submit(2);
        ring.awaitUsed(2);
        assertThat(frontEnd.acknowledged(MessageType.RESET_DEVICE, longs())).isZero();
        assertThat(bench.device().running()).isZero();
        assertThat(bench.device().resets()).isEqualTo(1);
        assertThat(bench.session().status().regions()).isEqualTo(1);
        assertThat(status(0).enabled()).isFalse();

        ring.continueAt(0);
        ring.start(frontEnd, 0);
        ring.submit(1);
        ring.awaitUsed(1);
    }

    @Test
    void shouldDisableAllRingsWithAnOwnerReset() throws IOException {
        start();
        assertThat(frontEnd.acknowledged(MessageType.RESET_OWNER, longs())).isZero();
        assertThat(bench.device().running()).isZero();
        frontEnd.tell(MessageType.SET_VRING_ENABLE, ring.state(1));
        ring.submit(1);
        ring.awaitUsed(1);
    }

    @Test
    void shouldLeaveNothingOpenBehindASession() throws IOException {
        frontEnd.synchronise();
        long open = OpenFiles.descriptors();
        long mappings = OpenFiles.mappings("bench");
        start();
        other.start(frontEnd, 0);
        frontEnd.tell(MessageType.SET_VRING_ERR, ring.withDescriptor(), ring.error());
        UnixConnection[] channel = UnixConnection.pair();
        frontEnd.tell(MessageType.SET_BACKEND_REQ_FD, longs(), Descriptor.adopt(channel[1].number()));
        frontEnd.synchronise();
        assertThat(OpenFiles.mappings("bench")).isGreaterThan(mappings);
        channel[0].close();
        channel[1].close();
        frontEnd.close();
        assertThat(bench.end()).isEqualTo("the front-end closed the connection");
        assertThat(bench.device().running()).isZero();
        assertThat(OpenFiles.descriptors()).isEqualTo(open - 2);
        assertThat(OpenFiles.mappings("bench")).isEqualTo(mappings);
        assertThat(bench.reactors().reactor().watched()).isEmpty();
    }

    @Test
    void shouldTellAChangedConfigurationAsSoonAsARingRuns() throws IOException {
        UnixConnection[] channel = UnixConnection.pair();
        try (FrontEnd news = new FrontEnd(channel[0])) {
            frontEnd.tell(MessageType.SET_BACKEND_REQ_FD, longs(), Descriptor.adopt(channel[1].number()));
            frontEnd.ask(MessageType.GET_CONFIG, FrontEnd.words(0, 4, 0, 0));
            bench.device().config(0, 99);
            bench.locked(() -> {
                bench.slot().configChanged();
                bench.session().configChanged();
            });
            start();
            Answer message = news.receive();
            assertThat(message.request()).isEqualTo(2);
            assertThat(message.flags()).isEqualTo(FrontEnd.PLAIN);
            assertThat(message.size()).isZero();

            bench.device().config(0, 98);
            bench.locked(() -> {
                bench.slot().configChanged();
                bench.session().configChanged();
            });
            assertThat(news.receive().request()).isEqualTo(2);
        } finally {
            channel[1].close();
        }
    }

    @Test
    void shouldTellNothingToAFrontEndThatKnowsTheConfiguration() throws IOException {
        UnixConnection[] channel = UnixConnection.pair();
        frontEnd.tell(MessageType.SET_BACKEND_REQ_FD, longs(), Descriptor.adopt(channel[1].number()));
        frontEnd.ask(MessageType.GET_CONFIG, FrontEnd.words(0, 4, 0, 0));
        start();
        bench.locked(() -> {
            bench.slot().configChanged();
            bench.session().configChanged();
        });
        frontEnd.close();
        bench.end();
        try (FrontEnd news = new FrontEnd(channel[0])) {
            assertThat(news.isClosedByPeer()).isTrue();
        } finally {
            channel[1].close();
        }
    }
}
