// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import static io.hotbay.vhostuser.internal.testing.Eventually.eventually;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.longs;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.words;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.linux.Users;
import io.hotbay.target.ControllerStatus.State;
import io.hotbay.target.SessionStatus;
import io.hotbay.vhostuser.internal.testing.FrontEnd;
import io.hotbay.vhostuser.internal.testing.GuestMemoryFile;
import io.hotbay.vhostuser.internal.testing.GuestRing;
import io.hotbay.vhostuser.internal.testing.OpenFiles;
import io.hotbay.vhostuser.internal.wire.MessageType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several front-ends at one controller, and those that may not connect. */
class SessionModeTest {
    private static final Map<String, Object> SHARED = Map.of("session_mode", "shared");
    private static final Map<String, Object> TAKEOVER = Map.of("session_mode", "takeover");
    private static final int MANY = 1000;
    private static final int BACKLOG = 20;

    @TempDir
    private Path directory;

    private ControllerBench bench;
    private GuestMemoryFile otherMemory;

    @BeforeEach
    void begin() throws IOException {
        bench = new ControllerBench(directory);
        bench.device = null;
        otherMemory = new GuestMemoryFile("other", 0x10000, 0x10000);
    }

    @AfterEach
    void end() throws InterruptedException {
        bench.close();
        otherMemory.close();
    }

    private static void askWithoutWaiting(FrontEnd frontEnd) throws IOException {
        frontEnd.tell(MessageType.GET_QUEUE_NUM, longs());
    }

    private List<Integer> ids() {
        return bench.exported.status().sessions().stream()
                .map(SessionStatus::id)
                .toList();
    }

    // ---- shared

    @Test
    void shouldServeTwoFrontEndsWithADeviceForEach() throws IOException {
        bench.openWith(SHARED);
        try (FrontEnd first = bench.connect();
                GuestRing ring = new GuestRing(0, bench.memory);
                GuestRing otherRing = new GuestRing(0, otherMemory)) {
            bench.start(first, ring, 0);
            FrontEnd second = bench.connect();
            bench.start(second, otherMemory, otherRing, 0);
            ring.submit(2);
            otherRing.submit(3);
            ring.awaitUsed(2);
            otherRing.awaitUsed(3);
            assertThat(ids()).containsExactly(0, 1);

            second.tell(MessageType.SET_CONFIG, words(32, 4, 0, 5));
            second.tell(MessageType.RESET_DEVICE, longs());
            second.synchronise();
            ring.submit(2);
            ring.awaitUsed(4);
            assertThat(bench.devices.get(1).writes()).isEmpty();
            assertThat(bench.devices.get(1).resets()).isZero();
            assertThat(bench.devices.get(2).writes()).hasSize(1);
            assertThat(bench.devices.get(2).resets()).isEqualTo(1);

            second.close();
            eventually("end of one session", () -> bench.sessions() == 1);
            ring.submit(2);
            ring.awaitUsed(6);
        }
    }

    @Test
    void shouldLetAllRingsWaitAndGoOnWithTheBdev() throws IOException {
        bench.openWith(SHARED);
        try (FrontEnd first = bench.connect();
                FrontEnd second = bench.connect();
                GuestRing ring = new GuestRing(0, bench.memory);
                GuestRing otherRing = new GuestRing(0, otherMemory)) {
            bench.start(first, ring, 0);
            bench.start(second, otherMemory, otherRing, 0);
            bench.unbindBdev();
            ring.submit(1);
            otherRing.submit(1);
            first.synchronise();
            second.synchronise();
            assertThat(ring.used()).isZero();
            assertThat(otherRing.used()).isZero();
            bench.bindBdev();
            ring.awaitUsed(1);
            otherRing.awaitUsed(1);
        }
    }

    @Test
    void shouldCarryOutMessagesWhileAnotherSessionWaitsForItsRequests() throws IOException {
        bench.openWith(SHARED);
        try (FrontEnd first = bench.connect();
                GuestRing ring = new GuestRing(0, bench.memory)) {
            bench.start(first, ring, 0);
            bench.devices.get(1).hold(true);
            ring.submit(1);
            eventually("in flight", () -> bench.inFlight() == 1);
            first.tell(MessageType.GET_VRING_BASE, ring.state(0));
            try (FrontEnd second = bench.connect();
                    GuestRing otherRing = new GuestRing(0, otherMemory)) {
                bench.start(second, otherMemory, otherRing, 0);
                otherRing.submit(1);
                otherRing.awaitUsed(1);
            }
            assertThat(ring.used()).isZero();
            bench.devices.get(1).hold(false);
            assertThat(first.receive().payload().getInt(4)).isEqualTo(1);
        }
    }

    @Test
    void shouldLetFrontEndsBeyondTheLimitWait() throws IOException {
        bench.openWith(Map.of("session_mode", "shared", "max_sessions", 2));
        FrontEnd first = bench.connect();
        first.synchronise();
        try (FrontEnd second = bench.connect();
                FrontEnd third = bench.connect()) {
            second.synchronise();
            askWithoutWaiting(third);
            second.synchronise();
            assertThat(ids()).containsExactly(0, 1);
            first.close();
            assertThat(third.receive().u64()).isEqualTo(2);
            assertThat(ids()).containsExactly(1, 2);
        }
    }

    @Test
    void shouldLetOneInWhoWaitedWhenTheModeChanges() throws IOException {
        bench.openWith(Map.of());
        try (FrontEnd first = bench.connect()) {
            first.synchronise();
            try (FrontEnd second = bench.connect()) {
                askWithoutWaiting(second);
                first.synchronise();
                assertThat(ids()).containsExactly(0);
                bench.exported.configure(bench.settings(SHARED));
                assertThat(second.receive().u64()).isEqualTo(2);
                assertThat(ids()).containsExactly(0, 1);
            }
        }
    }

    // ---- take-over

    @Test
    void shouldEndTheOldSessionBeforeItServesTheNewOne() throws IOException {
        bench.openWith(TAKEOVER);
        try (FrontEnd old = bench.connect();
                GuestRing ring = new GuestRing(0, bench.memory)) {
            bench.start(old, ring, 0);
            bench.devices.get(1).hold(true);
            ring.submit(2);
            eventually("in flight", () -> bench.inFlight() == 2);
            try (FrontEnd next = bench.connect()) {
                askWithoutWaiting(next);
                eventually("end begins", () -> old.isClosedByPeer());
                assertThat(ids()).containsExactly(0);
                bench.devices.get(1).hold(false);
                assertThat(next.receive().u64()).isEqualTo(2);
                assertThat(ids()).containsExactly(1);
                assertThat(ring.used()).isEqualTo(2);
                assertThat(bench.devices.get(1).running()).isZero();
                assertThat(OpenFiles.mappings(bench.memoryName)).isEqualTo(1);
            }
        }
        assertThat(bench.log.lines()).anyMatch(line -> line.contains("session 0") && line.contains("has taken over"));
    }

    @Test
    void shouldLeaveNothingOfManyThatTakeOverFromEachOther() throws Exception {
        bench.openWith(TAKEOVER);
        long before = OpenFiles.descriptors();
        List<FrontEnd> all = new ArrayList<>();
        for (int i = 0; i < BACKLOG; i++) {
            all.add(bench.connect());
        }
        FrontEnd last = all.get(BACKLOG - 1);
        last.synchronise();
        eventually("one session", () -> ids().equals(List.of(BACKLOG - 1)));
        for (FrontEnd each : all.subList(0, BACKLOG - 1)) {
            assertThat(each.isClosedByPeer()).isTrue();
        }
        last.synchronise();
        all.forEach(FrontEnd::close);
        eventually("no session", () -> bench.sessions() == 0);
        eventually("no descriptor", () -> OpenFiles.descriptors() == before);
        eventually("one thread", () -> ControllerBench.threads() == 1);
    }

    // ---- front-ends that only connect

    @ParameterizedTest
    @ValueSource(strings = {"exclusive", "shared"})
    void shouldLeaveNothingOfManyThatSayNothing(String mode) throws IOException {
        bench.openWith(Map.of("session_mode", mode));
        long before = OpenFiles.descriptors();
        for (int i = 0; i < MANY; i++) {
            bench.connect().close();
        }
        try (FrontEnd frontEnd = bench.connect()) {
            frontEnd.synchronise();
        }
        eventually("no session", () -> bench.sessions() == 0);
        eventually("no descriptor", () -> OpenFiles.descriptors() == before);
        eventually("one thread", () -> ControllerBench.threads() == 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"exclusive", "shared", "takeover"})
    void shouldCloseThoseThatWaitWhenTheControllerEnds(String mode) throws Exception {
        bench.openWith(Map.of("session_mode", mode, "max_sessions", 1));
        long before = OpenFiles.descriptors();
        List<FrontEnd> all = new ArrayList<>();
        for (int i = 0; i < BACKLOG; i++) {
            all.add(bench.connect());
        }
        eventually("a session", () -> bench.sessions() == 1);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(bench.exported::close);
        for (FrontEnd each : all) {
            assertThat(each.isClosedByPeer()).isTrue();
        }
        closing.join();
        all.forEach(FrontEnd::close);
        assertThat(bench.sessions()).isZero();
        eventually("no thread", () -> ControllerBench.threads() == 0);
        // the listening socket and its event descriptor are gone as well
        eventually("no descriptor", () -> OpenFiles.descriptors() <= before);
    }

    // ---- who may connect

    @Test
    void shouldServeThoseWhoMayConnectAndTellWhoTheyAre() throws IOException {
        bench.openWith(Map.of(
                "allowed_uids",
                new String[] {"65531", Integer.toString(Users.effectiveUid())},
                "allowed_gids",
                List.of(Integer.toString(Users.effectiveGid()))));
        try (FrontEnd frontEnd = bench.connect()) {
            frontEnd.synchronise();
            SessionStatus session = bench.exported.status().sessions().get(0);
            assertThat(session.peerUid()).isEqualTo(Users.effectiveUid());
            assertThat(session.peerGid()).isEqualTo(Users.effectiveGid());
            assertThat(session.peerName()).isNotEmpty();
            assertThat(bench.log.lines())
                    .anyMatch(line -> line.contains("began")
                            && line.contains("process " + session.peerPid() + " (" + session.peerName() + ") of user "
                                    + session.peerUid() + " and group " + session.peerGid()));
        }
    }

    @ParameterizedTest
    @CsvSource({"allowed_uids, user", "allowed_gids, group"})
    void shouldCloseTheConnectionOfOthersAtOnce(String option, String what) throws IOException {
        bench.openWith(Map.of(option, "65531", "session_mode", "takeover"));
        for (int i = 0; i < BACKLOG; i++) {
            try (FrontEnd frontEnd = bench.connect()) {
                assertThat(frontEnd.isClosedByPeer()).isTrue();
            }
        }
        assertThat(bench.sessions()).isZero();
        assertThat(bench.log.lines().stream().filter(line -> line.contains("refused")))
                .singleElement()
                .asString()
                .contains(
                        "vhostblk0: refused process " + ProcessHandle.current().pid())
                .contains("its " + what + " is not among " + option);
    }

    @Test
    void shouldNotLetSomebodyElseTakeOver() throws IOException {
        bench.openWith(TAKEOVER);
        try (FrontEnd first = bench.connect()) {
            first.synchronise();
            bench.exported.configure(bench.settings(Map.of("session_mode", "takeover", "allowed_uids", "65531")));
            try (FrontEnd second = bench.connect()) {
                assertThat(second.isClosedByPeer()).isTrue();
            }
            first.synchronise();
        }
    }

    @Test
    void shouldRefuseMoreMemoryThanAllowed() throws IOException {
        bench.openWith(Map.of("max_guest_memory", "60KiB"));
        try (FrontEnd frontEnd = bench.connect()) {
            frontEnd.tell(MessageType.SET_FEATURES, longs(1L << 30));
            frontEnd.tell(MessageType.SET_PROTOCOL_FEATURES, longs(-1));
            assertThat(frontEnd.acknowledged(
                            MessageType.SET_MEM_TABLE, GuestMemoryFile.table(bench.memory), bench.memory.file()))
                    .isEqualTo(1);
            assertThat(OpenFiles.mappings(bench.memoryName)).isEqualTo(1);
        }
        assertThat(bench.log.lines())
                .anyMatch(line -> line.contains("SET_MEM_TABLE")
                        && line.contains("64 KiB")
                        && line.contains("max_guest_memory of the controller, 60 KiB"));
    }

    // ---- options

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "session_mode | many | session_mode \"many\" is unknown: use one of exclusive, shared, takeover",
                "max_sessions | 0 | max_sessions is \"0\": must be a whole number from 1 to 256",
                "max_sessions | 257 | max_sessions is \"257\": must be a whole number from 1 to 256",
                "max_sessions | few | max_sessions is \"few\": must be a whole number from 1 to 256",
                "allowed_uids | 0,no-such-user | allowed_uids: no user is called \"no-such-user\": create it or write a number",
                "allowed_gids | -1 | allowed_gids: no group is called \"-1\": create it or write a number",
                "max_guest_memory | 0 | max_guest_memory is 0, so nobody could connect: leave it empty for no limit",
                "max_guest_memory | much | max_guest_memory: \"much\" is no size: write a number of bytes, or one with a unit such as 64MiB or 1G"
            })
    void shouldFailWithAnOptionThatIsWrong(String option, String value, String message) {
        bench.openWith(Map.of(option, value));
        assertThat(bench.exported.status().state()).isEqualTo(State.FAILED);
        assertThat(bench.exported.status().reason()).isEqualTo("controller vhostblk0: " + message);
        assertThat(bench.socket()).doesNotExist();
        bench.exported.configure(bench.settings(Map.of()));
        assertThat(bench.exported.status().state()).isEqualTo(State.LISTENING);
    }
}
