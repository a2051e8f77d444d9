// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.frontend.FrontendConnection;
import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SectorPattern;
import io.hotbay.frontend.SessionOptions;
import io.hotbay.linux.Users;
import io.hotbay.target.Controller;
import io.hotbay.target.SessionStatus;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several front-ends at one controller, as its configuration wants it. */
class SessionsTest {
    private static final int LENGTH = 4096;
    private static final SessionOptions OPTIONS = SessionOptions.DEFAULT.withQueues(2);

    private TestTarget target;

    @BeforeEach
    void begin() throws IOException {
        target = new TestTarget();
        target.configureBdev("malloc", "Common", Map.of("size", "4MiB"));
    }

    @AfterEach
    void end() throws IOException {
        target.close();
    }

    private void configure(Map<String, Object> options) throws IOException {
        target.configureController("common", "Common", options);
        target.awaitListening("common");
    }

    private FrontendSession connect() {
        try {
            return FrontendProfile.QEMU_7_2.open(target.socket("common"), OPTIONS);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<Integer> ids() {
        return target.controller("common").status().sessions().stream()
                .map(SessionStatus::id)
                .toList();
    }

    private static void write(FrontendSession session, long sector, int seed) throws IOException {
        assertThat(session.driver(0)
                        .write(sector, SectorPattern.of(sector, LENGTH, seed))
                        .isOk())
                .isTrue();
    }

    private static void assertReads(FrontendSession session, long sector, int seed) throws IOException {
        assertThat(session.driver(1).read(sector, LENGTH).data()).isEqualTo(SectorPattern.of(sector, LENGTH, seed));
    }

    @Test
    void shouldLetTheSecondFrontEndWaitByDefault() throws IOException {
        configure(Map.of());
        FrontendSession first = connect();
        CompletableFuture<FrontendSession> second = CompletableFuture.supplyAsync(this::connect);
        write(first, 0, 1);
        assertThat(second).isNotDone();
        assertThat(ids()).containsExactly(0);

        first.close();

        try (FrontendSession served = second.join()) {
            assertReads(served, 0, 1);
            assertThat(ids()).containsExactly(1);
        }
    }

    @Test
    void shouldServeTwoFrontEndsThatShareADisk() throws IOException {
        configure(Map.of("session_mode", "shared"));
        try (FrontendSession first = connect()) {
            try (FrontendSession second = connect()) {
                write(first, 0, 1);
                write(second, 64, 2);
                assertReads(second, 0, 1);
                assertReads(first, 64, 2);
                assertThat(ids()).containsExactly(0, 1);
            }
            Await.asserted(() -> assertThat(ids()).containsExactly(0));
            write(first, 128, 3);
            assertReads(first, 128, 3);
        }
    }

    @Test
    void shouldLetBothWaitWhileABundleIsSwapped() throws IOException {
        configure(Map.of("session_mode", "shared"));
        try (FrontendSession first = connect();
                FrontendSession second = connect()) {
            Framework.stop("bdev-malloc");
            CompletableFuture<Void> writes = CompletableFuture.runAsync(() -> {
                try {
                    write(first, 0, 1);
                    write(second, 64, 2);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(writes).isNotDone();
            Framework.start("bdev-malloc");
            writes.join();
            assertReads(second, 0, 1);
            assertReads(first, 64, 2);
        }
    }

    @Test
    void shouldEndTheOldSessionForTheNewOne() throws IOException {
        configure(Map.of("session_mode", "takeover"));
        try (FrontendSession old = connect()) {
            write(old, 0, 1);
            try (FrontendSession next = connect()) {
                assertReads(next, 0, 1);
                assertThat(ids()).containsExactly(1);
                assertThatThrownBy(() -> old.connection().getFeatures()).isInstanceOf(IOException.class);
                write(next, 64, 2);
                assertReads(next, 64, 2);
            }
        }
    }

    @Test
    void shouldCloseTheConnectionOfAUserThatMayNotConnect() throws IOException {
        configure(Map.of("allowed_uids", new String[] {"65531"}));
        try (FrontendConnection refused = FrontendConnection.connect(target.socket("common"))) {
            assertThatThrownBy(refused::getFeatures).isInstanceOf(IOException.class);
        }
        assertThat(ids()).isEmpty();

        configure(Map.of("allowed_uids", new String[] {"65531", Integer.toString(Users.effectiveUid())}));
        Await.asserted(() -> assertThat(target.controller("common").status().options())
                .extractingByKey("allowed_uids")
                .asInstanceOf(InstanceOfAssertFactories.array(String[].class))
                .hasSize(2));
        try (FrontendSession session = connect()) {
            write(session, 0, 1);
            assertReads(session, 0, 1);
        }
    }

    @Test
    void shouldRefuseAFrontEndWithTooMuchMemory() throws IOException {
        configure(Map.of("max_guest_memory", "1MiB"));
        assertThatThrownBy(this::connect).hasRootCauseInstanceOf(IOException.class);
        Await.asserted(() -> assertThat(ids()).isEmpty());
    }

    @Test
    void shouldTakeOptionsFromTheCommand() throws Exception {
        try (Shell shell = new Shell()) {
            shell.run("vhost:create-blk common Common session_mode=shared max_sessions=2 allowed_uids=root,65531"
                    + " packed_ring=true socket_dir=" + target.sockets());
            assertThat(shell.run("vhost:show common"))
                    .containsPattern("option session_mode +shared")
                    .containsPattern("option max_sessions +2")
                    .containsPattern("option allowed_uids +root, 65531")
                    .containsPattern("option packed_ring +true");
            assertThat(shell.run("target:save")).contains("\"session_mode\": \"shared\"", "\"65531\"");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "session_mode=many | session_mode must be one of exclusive, shared, takeover, not \"many\"",
                "max_sessions=0 | max_sessions must be from 1 to 256, not 0",
                "max_sessions=257 | max_sessions must be from 1 to 256, not 257",
                "allowed_uids=no-such-user | allowed_uids: no user is called \"no-such-user\": create it or write a number",
                "allowed_gids=0,no-such-group | allowed_gids: no group is called \"no-such-group\"",
                "max_guest_memory=much | max_guest_memory: \"much\" is no size",
                "packed_ring=maybe | packed_ring must be true or false, not \"maybe\""
            })
    void shouldRefuseAnOptionThatIsWrongAndLeaveNothing(String option, String message) throws Exception {
        try (Shell shell = new Shell()) {
            assertThatThrownBy(() ->
                            shell.run("vhost:create-blk common Common " + option + " socket_dir=" + target.sockets()))
                    .hasMessageContaining(message)
                    .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
        }
        assertThat(Framework.references(Controller.class, TestTarget.controllerFilter("common")))
                .isEmpty();
        assertThat(target.socket("common")).doesNotExist();
    }
}
