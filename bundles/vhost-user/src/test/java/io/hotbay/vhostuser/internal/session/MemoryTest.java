// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import static io.hotbay.vhostuser.internal.testing.Eventually.eventually;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.NEED_REPLY;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.longs;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.words;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.EventFd;
import io.hotbay.vhostuser.internal.testing.FrontEnd;
import io.hotbay.vhostuser.internal.testing.FrontEnd.Answer;
import io.hotbay.vhostuser.internal.testing.GuestMemoryFile;
import io.hotbay.vhostuser.internal.testing.GuestRing;
import io.hotbay.vhostuser.internal.testing.OpenFiles;
import io.hotbay.vhostuser.internal.testing.SessionBench;
import io.hotbay.vhostuser.internal.wire.MessageType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The memory table, at rest and under running rings. */
class MemoryTest {
    private SessionBench bench;
    private FrontEnd frontEnd;
    private GuestRing ring;
    private GuestMemoryFile more;

    @BeforeEach
    void begin() throws IOException {
        bench = new SessionBench(1);
        frontEnd = bench.frontEnd();
        ring = new GuestRing(0, bench.memory());
        more = new GuestMemoryFile("more", 0x100000, 0x2000);
    }

    @AfterEach
    void end() throws InterruptedException {
        bench.close();
        ring.close();
        more.close();
    }

    private void start() throws IOException {
        bench.handshake();
        ring.start(frontEnd, 0);
        frontEnd.synchronise();
    }

    private long add(GuestMemoryFile memory) throws IOException {
        return frontEnd.acknowledged(MessageType.ADD_MEM_REG, memory.single(), memory.file());
    }

    private long remove(GuestMemoryFile memory) throws IOException {
        return frontEnd.acknowledged(MessageType.REM_MEM_REG, memory.single());
    }

    private boolean isRunning() {
        return bench.session().status().queues().get(0).running();
    }

    @Test
    void shouldMapAndUnmapRegions() throws IOException {
        long before = OpenFiles.mappings("more");
        assertThat(add(more)).isZero();
        assertThat(OpenFiles.mappings("more")).isEqualTo(before + 1);
        assertThat(bench.session().status().memory()).isEqualTo(0x2000);
        assertThat(remove(more)).isZero();
        assertThat(OpenFiles.mappings("more")).isEqualTo(before);
        assertThat(bench.session().status().regions()).isZero();
    }

    @Test
    void shouldGoOnWithARunningRingWhenRegionsComeAndGo() throws IOException {
        start();
        ring.submit(2);
        ring.awaitUsed(2);
        assertThat(add(more)).isZero();
        ring.submit(2);
        ring.awaitUsed(4);
        assertThat(remove(more)).isZero();
        ring.submit(2);
        ring.awaitUsed(6);
        assertThat(bench.device().starts()).hasSize(3);
    }

    @Test
    void shouldNotStopRingsForATableThatIsTheSame() throws IOException {
        start();
        long open = OpenFiles.descriptors();
        long mappings = OpenFiles.mappings("bench");
        ByteBuffer table = GuestMemoryFile.table(bench.memory());
        assertThat(frontEnd.acknowledged(
                        MessageType.SET_MEM_TABLE, table, bench.memory().file()))
                .isZero();
        assertThat(bench.device().starts()).hasSize(1);
        assertThat(OpenFiles.descriptors()).isEqualTo(open);
        assertThat(OpenFiles.mappings("bench")).isEqualTo(mappings);
    }

    @Test
    void shouldKeepTheMappingOfARegionThatStays() throws IOException {
        start();
        long mappings = OpenFiles.mappings("bench");
        ByteBuffer table = GuestMemoryFile.table(more, bench.memory());
        assertThat(frontEnd.acknowledged(
                        MessageType.SET_MEM_TABLE,
                        table,
                        more.file(),
                        bench.memory().file()))
                .isZero();
        assertThat(OpenFiles.mappings("bench")).isEqualTo(mappings);
        assertThat(bench.session().status().regions()).isEqualTo(2);
        ring.submit(1);
        ring.awaitUsed(1);
    }

    @Test
    void shouldMapAnotherFileAtTheSameAddress() throws IOException {
        start();
        try (GuestMemoryFile copy = new GuestMemoryFile("copy", 0x10000, 0x10000);
                GuestRing copied = new GuestRing(0, copy)) {
            assertThat(frontEnd.acknowledged(MessageType.SET_MEM_TABLE, GuestMemoryFile.table(copy), copy.file()))
                    .isZero();
            assertThat(OpenFiles.mappings("copy")).isEqualTo(2);
            // the ring goes on where it stood, in the other file
            copied.submit(1);
            copied.awaitUsed(1);
            assertThat(ring.used()).isZero();
        }
    }

    @Test
    void shouldWaitForTheMemoryOfARing() throws IOException {
        frontEnd.tell(MessageType.SET_FEATURES, longs(SessionBench.FEATURES));
        ring.start(frontEnd, 0);
        ring.submit(1);
        frontEnd.synchronise();
        assertThat(isRunning()).isFalse();
        assertThat(bench.session().status().queues().get(0).fault()).isEmpty();
        assertThat(add(bench.memory())).isZero();
        assertThat(isRunning()).isTrue();
        ring.awaitUsed(1);
    }

    @Test
    void shouldParkARingWhoseMemoryGoesAndWakeItWhenThatIsBack() throws IOException {
        start();
        ring.submit(2);
        ring.awaitUsed(2);
        assertThat(remove(bench.memory())).isZero();
        assertThat(isRunning()).isFalse();
        ring.submit(2);
        assertThat(add(bench.memory())).isZero();
        ring.awaitUsed(4);
    }

    @Test
    void shouldFinishWhatIsUnderWayBeforeMemoryGoes() throws IOException {
        start();
        bench.device().hold(true);
        ring.submit(3);
        eventually("in flight", () -> bench.session().status().queues().get(0).inFlight() == 3);
        long mappings = OpenFiles.mappings("bench");
        frontEnd.send(MessageType.REM_MEM_REG.id(), NEED_REPLY, bench.memory().single(), List.of());
        CompletableFuture<Answer> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return frontEnd.receive();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        eventually("complaint", () -> bench.log().lines().stream().anyMatch(line -> line.contains("still waiting")));
        assertThat(answer).isNotDone();
        assertThat(OpenFiles.mappings("bench")).isEqualTo(mappings);
        bench.device().hold(false);
        assertThat(answer.join().u64()).isZero();
        assertThat(ring.used()).isEqualTo(3);
        assertThat(OpenFiles.mappings("bench")).isEqualTo(mappings - 1);
    }

    @Test
    void shouldTakeTheDescriptorThatLibblkioSendsWithARemoval() throws IOException {
        add(more);
        long open = OpenFiles.descriptors();
        assertThat(frontEnd.acknowledged(MessageType.REM_MEM_REG, more.single(), more.file()))
                .isZero();
        assertThat(OpenFiles.descriptors()).isEqualTo(open - 1);
    }

    @Test
    void shouldRefuseToRemoveWhatIsNotThere() throws IOException {
        assertThat(remove(more)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "0x200000, 0, 0x300000, 0, size",
        "0x200000, -1, 0x300000, 0, size",
        "0x200000, 0x3000, 0x300000, 0, fewer",
        "0x200000, 0x1000, 0x300000, 0x2000, fewer",
        "-4096, 0x2000, 0x300000, 0, wraps",
        "0x7ffffffffffff000, 0x2000, 0x300000, 0, wraps",
        "0x200000, 0x2000, 0x7ffffffffffff000, 0, wraps",
        "0x200000, 0x2000, 0x300000, 0x7ffffffffffff000, beyond the end",
        "0x1f000, 0x2000, 0x300000, 0, overlap"
    })
    void shouldRefuseImpossibleRegions(String guest, String size, String user, String offset, String reason)
            throws IOException {
        start();
        long open = OpenFiles.descriptors();
        long mappings = OpenFiles.mappings("more");
        ByteBuffer region = longs(0, Long.decode(guest), Long.decode(size), Long.decode(user), Long.decode(offset));
        assertThat(frontEnd.acknowledged(MessageType.ADD_MEM_REG, region, more.file()))
                .isEqualTo(1);
        assertThat(bench.log().lines()).anyMatch(line -> line.contains(reason));
        assertThat(OpenFiles.descriptors()).isEqualTo(open);
        assertThat(OpenFiles.mappings("more")).isEqualTo(mappings);
        assertThat(bench.device().starts()).hasSize(1);
        ring.submit(1);
        ring.awaitUsed(1);
    }

    @Test
    void shouldChangeNothingWhenOneRegionOfATableIsImpossible() throws IOException {
        start();
        long open = OpenFiles.descriptors();
        long mappings = OpenFiles.mappings("more");
        ByteBuffer table = GuestMemoryFile.table(more, bench.memory(), more);
        assertThat(frontEnd.acknowledged(
                        MessageType.SET_MEM_TABLE,
                        table,
                        more.file(),
                        bench.memory().file(),
                        more.file()))
                .isEqualTo(1);
        assertThat(OpenFiles.descriptors()).isEqualTo(open);
        assertThat(OpenFiles.mappings("more")).isEqualTo(mappings);
        ring.submit(1);
        ring.awaitUsed(1);
    }

    @Test
    void shouldRefuseADescriptorThatIsNoFile() throws IOException {
        try (EventFd event = EventFd.create()) {
            assertThat(frontEnd.acknowledged(MessageType.ADD_MEM_REG, more.single(), Descriptor.adopt(event.number())))
                    .isEqualTo(1);
        }
        assertThat(bench.log().lines()).anyMatch(line -> line.contains("no memory file"));
    }

    @Test
    void shouldMapARegionThatStartsInTheMiddleOfAPage() throws IOException {
        more.mapping().window(0x1234, 2).putShort(0, (short) 4711);
        ByteBuffer region = longs(0, 0x200234, 0x20, 0x300234, 0x1234);
        assertThat(frontEnd.acknowledged(MessageType.ADD_MEM_REG, region, more.file()))
                .isZero();
        assertThat(frontEnd.acknowledged(MessageType.REM_MEM_REG, region)).isZero();
    }

    @Test
    void shouldTakeAsManyRegionsAsThereAreSlots() throws IOException {
        for (int i = 0; i < 509; i++) {
            ByteBuffer region = longs(0, 0x1000000L + i * 0x1000L, 0x1000, 0x2000000L + i * 0x1000L, 0);
            assertThat(frontEnd.acknowledged(MessageType.ADD_MEM_REG, region, more.file()))
                    .isZero();
        }
        assertThat(add(bench.memory())).isEqualTo(1);
        assertThat(bench.session().status().regions()).isEqualTo(509);
    }

    @Test
    void shouldSayOnceThatMemoryCanBeTruncated() throws IOException {
        bench.memory().file().addSeals(Descriptor.F_SEAL_SEAL);
        more.file().addSeals(Descriptor.F_SEAL_SEAL);
        add(bench.memory());
        add(more);
        assertThat(bench.log().lines().stream().filter(line -> line.contains("cannot be sealed")))
                .hasSize(1);
    }

    @Test
    void shouldSealMemoryAgainstTruncation() throws IOException {
        add(more);
        assertThat(more.file().seals()).isEqualTo(Descriptor.F_SEAL_SHRINK);
        assertThat(bench.log().lines()).noneMatch(line -> line.contains("cannot be sealed"));
    }

    @Test
    void shouldBreakARingWhoseMemoryIsTruncated() throws IOException {
        bench.memory().file().addSeals(Descriptor.F_SEAL_SEAL);
        start();
        bench.memory().file().truncate(0);
        eventually(
                "fault", () -> bench.session().status().queues().get(0).fault().contains("truncated"));
        assertThat(frontEnd.acknowledged(MessageType.SET_VRING_ENABLE, ring.state(0)))
                .isZero();
    }

    @Test
    void shouldTakeAnEmptyTable() throws IOException {
        bench.handshake();
        assertThat(frontEnd.acknowledged(MessageType.SET_MEM_TABLE, words(0, 0)))
                .isZero();
        assertThat(bench.session().status().regions()).isZero();
    }
}
