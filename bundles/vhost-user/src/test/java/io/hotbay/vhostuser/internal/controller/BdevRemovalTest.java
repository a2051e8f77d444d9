// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import static io.hotbay.vhostuser.internal.testing.Eventually.eventually;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.longs;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.words;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;
import io.hotbay.linux.Descriptor;
import io.hotbay.linux.UnixConnection;
import io.hotbay.target.ControllerStatus.State;
import io.hotbay.vhostuser.internal.testing.FrontEnd;
import io.hotbay.vhostuser.internal.testing.GuestRing;
import io.hotbay.vhostuser.internal.testing.TestDevice;
import io.hotbay.vhostuser.internal.wire.MessageType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configuration of the bdev is deleted: a removal, unlike the pause while its bundle is swapped. */
class BdevRemovalTest {
    @TempDir
    private Path directory;

    private ControllerBench bench;

    @BeforeEach
    void begin() throws IOException {
        bench = new ControllerBench(directory);
        bench.device = null;
    }

    @AfterEach
    void end() throws InterruptedException {
        bench.close();
    }

    /** The device that was made last, and the bdev it stands on. */
    private TestDevice device() {
        return bench.devices.get(bench.devices.size() - 1);
    }

    private BlockDevice bdev() {
        return bench.bdevs.get(bench.bdevs.size() - 1);
    }

    @Test
    void shouldGoOnOverAnEmptyBdevAndComeBackWithTheNextOne() throws IOException {
        bench.openWithAll();
        UnixConnection[] channel = UnixConnection.pair();
        try (FrontEnd frontEnd = bench.connect();
                FrontEnd news = new FrontEnd(channel[0]);
                GuestRing ring = new GuestRing(0, bench.memory)) {
            frontEnd.tell(MessageType.SET_BACKEND_REQ_FD, longs(), Descriptor.adopt(channel[1].number()));
            assertThat(frontEnd.firstOfConfig()).isEqualTo(7);
            bench.start(frontEnd, ring, 0);
            ring.submit(2);
            ring.awaitUsed(2);

            bench.exported.bdevDeleted(ControllerBench.PID);

            assertThat(bdev()).isNotSameAs(bench.bdev);
            assertThat(device().running()).isEqualTo(1);
            assertThat(news.receive().request()).isEqualTo(2);
            assertThat(frontEnd.firstOfConfig()).isZero();
            ring.submit(3);
            ring.awaitUsed(5);
            assertThat(bench.exported.status().state()).isEqualTo(State.WAITING);
            assertThat(bench.exported.status().reason())
                    .isEqualTo("bdev Malloc0 has been deleted: requests get I/O errors until it is created again");
            assertThat(bench.exported.status().sessions()).hasSize(1);

            // the service leaves only now
            bench.unbindBdev();
            ring.submit(1);
            ring.awaitUsed(6);

            bench.bindBdev();
            assertThat(bdev()).isSameAs(bench.bdev);
            assertThat(news.receive().request()).isEqualTo(2);
            assertThat(frontEnd.firstOfConfig()).isEqualTo(7);
            ring.submit(1);
            ring.awaitUsed(7);
            assertThat(bench.exported.status().state()).isEqualTo(State.LISTENING);
        } finally {
            channel[1].close();
        }
    }

    @Test
    void shouldTurnAPauseIntoARemoval() throws IOException {
        bench.openWithAll();
        try (FrontEnd frontEnd = bench.connect();
                GuestRing ring = new GuestRing(0, bench.memory)) {
            bench.start(frontEnd, ring, 0);
            bench.unbindBdev();
            ring.submit(2);
            frontEnd.synchronise();
            assertThat(ring.used()).isZero();

            bench.exported.bdevDeleted(ControllerBench.PID);

            ring.awaitUsed(2);
            assertThat(frontEnd.firstOfConfig()).isZero();
        }
    }

    @Test
    void shouldTakeNoNoticeOfOtherConfigurations() throws IOException {
        bench.openWithAll();
        try (FrontEnd frontEnd = bench.connect()) {
            frontEnd.synchronise();
            int made = bench.devices.size();
            bench.exported.bdevDeleted("io.hotbay.bdev.malloc~Other");
            assertThat(bench.devices).hasSize(made);
            assertThat(bench.exported.status().state()).isEqualTo(State.LISTENING);
        }
    }

    @Test
    void shouldTakeTheSocketAwayWhenNobodyIsConnected() {
        bench.openWithAll();
        bench.exported.bdevDeleted(ControllerBench.PID);
        assertThat(bench.socket()).doesNotExist();
        assertThat(bench.exported.status().state()).isEqualTo(State.WAITING);
        assertThat(bench.exported.status().reason()).isEqualTo("waits for bdev Malloc0");
        bench.unbindBdev();
        bench.bindBdev();
        assertThat(bench.socket()).exists();
    }

    @Test
    void shouldTakeTheSocketAwayWhenTheLastFrontEndGoes() throws IOException {
        bench.openWithAll();
        try (FrontEnd frontEnd = bench.connect()) {
            frontEnd.synchronise();
            bench.exported.bdevDeleted(ControllerBench.PID);
            assertThat(bench.socket()).exists();
        }
        eventually("socket gone", () -> Files.notExists(bench.socket()));
        eventually("reason", () -> bench.exported.status().reason().equals("waits for bdev Malloc0"));
        assertThat(bench.exported.status().queues()).isZero();
    }

    @Test
    void shouldLetNobodyInToAnEmptyBdev() throws IOException {
        bench.openWith(Map.of("session_mode", "shared"));
        try (FrontEnd first = bench.connect()) {
            first.synchronise();
            bench.exported.bdevDeleted(ControllerBench.PID);
            try (FrontEnd second = bench.connect()) {
                second.tell(MessageType.GET_CONFIG, words(0, 4, 0, 0));
                assertThat(first.firstOfConfig()).isZero();
                assertThat(bench.sessions()).isEqualTo(1);
                bench.bindBdev();
                assertThat(second.receive().payload().get(12)).isEqualTo((byte) 7);
            }
        }
    }

    @Test
    void shouldForgetARemovalWhenAnotherBdevIsConfigured() throws IOException {
        bench.openWithAll();
        try (FrontEnd frontEnd = bench.connect();
                GuestRing ring = new GuestRing(0, bench.memory)) {
            bench.start(frontEnd, ring, 0);
            bench.exported.bdevDeleted(ControllerBench.PID);
            ControllerSettings now = bench.settings(Map.of());
            bench.exported.configure(new ControllerSettings(
                    now.name(), "blk", "Malloc1", now.directory(), "0600", "", "", "", now.options()));
            assertThat(bench.exported.status().reason()).isEqualTo("waits for bdev Malloc1");
            ring.submit(1);
            frontEnd.synchronise();
            assertThat(ring.used()).isZero();
            bench.bindBdev();
            ring.awaitUsed(1);
        }
    }

    @Test
    void shouldLookLikeTheBdevThatWasRemovedButHoldNothing() throws IOException {
        BlockDevice removed = new FailingBdev(bench.bdev).emptied();
        assertThat(removed.name()).isEqualTo("Malloc0");
        assertThat(removed.product()).isEqualTo("Test disk");
        assertThat(removed.uuid()).isEqualTo(bench.bdev.uuid());
        assertThat(removed.blockSize()).isEqualTo(4096);
        assertThat(removed.physicalBlockSize()).isEqualTo(8192);
        assertThat(removed.optimalIoSize()).isEqualTo(16384);
        assertThat(removed.discardLimit()).isEqualTo(12288);
        assertThat(removed.readOnly()).isTrue();
        assertThat(removed.blocks()).isZero();
        assertThat(new FailingBdev(bench.bdev).blocks()).isEqualTo(7);
        assertThat(removed.writeCache()).isFalse();
        assertThat(removed.supports(BlockType.DISCARD)).isTrue();
        assertThat(removed.supports(BlockType.WRITE_ZEROES)).isFalse();
        assertThat(removed.supports(BlockType.FLUSH)).isTrue();
        assertThat(removed.supports(-1)).isFalse();
        assertThat(removed.supports(BlockType.COUNT)).isFalse();
    }

    @Test
    void shouldFailEachRequest() throws IOException {
        BlockRequests requests = new BlockRequests(2);
        requests.prepare(1, BlockType.FLUSH, 0, 0, 0);
        requests.enqueue(1);
        requests.prepare(0, BlockType.READ, 0, 512, 0);
        requests.enqueue(0);
        new FailingBdev(bench.bdev).open(requests).submit(requests);
        assertThat(requests.completed()).isEqualTo(2);
        assertThat(requests.status(0)).isEqualTo(BlockStatus.IO_ERROR);
        assertThat(requests.status(1)).isEqualTo(BlockStatus.IO_ERROR);
        assertThat(requests.inFlight()).isZero();
    }
}
