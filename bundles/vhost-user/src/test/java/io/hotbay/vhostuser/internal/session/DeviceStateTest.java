// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import static io.hotbay.vhostuser.internal.testing.Eventually.eventually;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.longs;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.words;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.UnixConnection;
import io.hotbay.vhostuser.internal.testing.FrontEnd;
import io.hotbay.vhostuser.internal.testing.GuestRing;
import io.hotbay.vhostuser.internal.testing.OpenFiles;
import io.hotbay.vhostuser.internal.testing.SessionBench;
import io.hotbay.vhostuser.internal.wire.MessageRefusedException;
import io.hotbay.vhostuser.internal.wire.MessageType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The device's own state on its way from one back-end to another. */
class DeviceStateTest {
    private static final ByteBuffer SAVE = words(0, 0);
    private static final ByteBuffer LOAD = words(1, 0);
    private static final long ACCEPTED = 0x100;
    private static final long REFUSED = 0x101;

    @TempDir
    Path directory;

    private SessionBench bench;
    private FrontEnd frontEnd;

    @BeforeEach
    void begin() throws IOException {
        bench = new SessionBench(1);
        frontEnd = bench.frontEnd();
    }

    @AfterEach
    void end() throws InterruptedException {
        bench.close();
    }

    private long set(ByteBuffer direction, Descriptor stream) throws IOException {
        return frontEnd.ask(MessageType.SET_DEVICE_STATE_FD, direction, stream).u64();
    }

    private long set(ByteBuffer direction, UnixConnection stream) throws IOException {
        long answer = set(direction, Descriptor.adopt(stream.number()));
        stream.close();
        return answer;
    }

    /** As a front-end does: closes its copy of what it has passed without an end to the stream. */
    private long pass(ByteBuffer direction, UnixConnection stream) throws IOException {
        return set(direction, Descriptor.adopt(stream.number()));
    }

    private long check() throws IOException {
        return frontEnd.ask(MessageType.CHECK_DEVICE_STATE, longs()).u64();
    }

    private static byte[] readAll(UnixConnection stream) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer piece = ByteBuffer.allocate(100);
        while (stream.receive(piece, new ArrayList<>()) >= 0) {
            all.write(piece.array(), 0, piece.position());
            piece.clear();
        }
        return all.toByteArray();
    }

    private Descriptor pipe(Path path, int mode) throws IOException {
        return Descriptor.open(path, mode | Descriptor.O_NONBLOCK, 0);
    }

    private Path fifo() throws Exception {
        Path path = directory.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor())
                .isZero();
        return path;
    }

    private byte[] load(byte[] state) throws Exception {
        Path path = fifo();
        try (Descriptor reader = pipe(path, Descriptor.O_RDONLY);
                Descriptor writer = pipe(path, Descriptor.O_WRONLY)) {
            assertThat(set(LOAD, reader)).isEqualTo(ACCEPTED);
            writer.write(ByteBuffer.allocateDirect(Math.max(1, state.length))
                    .put(state)
                    .flip());
        }
        return state;
    }

    @Test
    void shouldMoveWhatTheDriverWroteToAnotherBackEnd() throws Exception {
        frontEnd.tell(MessageType.SET_CONFIG, words(32, 4, 0, 9));
        Path path = fifo();
        byte[] state;
        try (Descriptor reader = pipe(path, Descriptor.O_RDONLY);
                Descriptor writer = pipe(path, Descriptor.O_WRONLY)) {
            assertThat(set(SAVE, writer)).isEqualTo(ACCEPTED);
            assertThat(check()).isZero();
            ByteBuffer bytes = ByteBuffer.allocateDirect(1000);
            reader.read(bytes);
            state = new byte[bytes.flip().remaining()];
            bytes.get(state);
        }
        assertThat(DeviceState.decode(state)).containsOnlyKeys(32);

        try (SessionBench target = new SessionBench(1)) {
            frontEnd.close();
            frontEnd = target.frontEnd();
            load(copyToNewFifo(state));
            assertThat(target.device().writes()).isEmpty();
            assertThat(check()).isZero();
            assertThat(target.device().writes()).containsExactly("32=9000");
        }
    }

    private byte[] copyToNewFifo(byte[] state) {
        assertThat(directory.resolve("fifo").toFile().delete()).isTrue();
        return state;
    }

    @Test
    void shouldCloseTheStreamBehindAState() throws Exception {
        UnixConnection[] stream = UnixConnection.pair();
        long open = OpenFiles.descriptors();
        assertThat(pass(SAVE, stream[1])).isEqualTo(ACCEPTED);
        assertThat(check()).isZero();
        assertThat(OpenFiles.descriptors()).isEqualTo(open);
        stream[1].close();
        assertThat(DeviceState.decode(readAll(stream[0]))).isEmpty();
        stream[0].close();
    }

    @Test
    void shouldNotWaitForAPeerThatDoesNotRead() throws Exception {
        Path path = fifo();
        try (Descriptor reader = pipe(path, Descriptor.O_RDONLY);
                Descriptor writer = pipe(path, Descriptor.O_WRONLY)) {
            ByteBuffer full = ByteBuffer.allocateDirect(1 << 20);
            writer.write(full);
            assertThat(set(SAVE, writer)).isEqualTo(ACCEPTED);
            frontEnd.synchronise();
            assertThat(set(SAVE, writer)).isEqualTo(REFUSED);
            assertThat(bench.log().lines()).anyMatch(line -> line.contains("under way"));
            assertThat(check()).isEqualTo(1);
            assertThat(reader.isOpen()).isTrue();
        }
    }

    @Test
    void shouldGiveUpATransferWithTheSession() throws IOException {
        UnixConnection[] stream = UnixConnection.pair();
        long open = OpenFiles.descriptors();
        assertThat(pass(LOAD, stream[1])).isEqualTo(ACCEPTED);
        frontEnd.close();
        bench.end();
        eventually("stream closed", () -> OpenFiles.descriptors() == open - 2);
        stream[0].close();
        stream[1].close();
    }

    @Test
    void shouldNotTakeAStateWhileRingsAreRunning() throws IOException {
        try (GuestRing ring = new GuestRing(0, bench.memory())) {
            bench.handshake();
            ring.start(frontEnd, 0);
            UnixConnection[] stream = UnixConnection.pair();
            assertThat(set(LOAD, stream[1])).isEqualTo(REFUSED);
            stream[0].close();
            assertThat(bench.log().lines()).anyMatch(line -> line.contains("rings are running"));
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 0", "-1, 0", "0, 1", "1, -1"})
    void shouldRefuseUnknownTransfers(int direction, int phase) throws IOException {
        UnixConnection[] stream = UnixConnection.pair();
        frontEnd.synchronise();
        long open = OpenFiles.descriptors();
        assertThat(pass(words(direction, phase), stream[1])).isEqualTo(REFUSED);
        assertThat(OpenFiles.descriptors()).isEqualTo(open);
        stream[0].close();
        stream[1].close();
    }

    @Test
    void shouldRefuseAFileThatIsNoStream() throws IOException {
        assertThat(set(SAVE, bench.memory().file())).isEqualTo(REFUSED);
        assertThat(bench.log().lines()).anyMatch(line -> line.contains("neither pipe nor socket"));
    }

    @Test
    void shouldReportACheckWithoutATransfer() throws IOException {
        assertThat(check()).isEqualTo(1);
        frontEnd.synchronise();
    }

    @Test
    void shouldReportAStateThatIsTooLong() throws IOException {
        UnixConnection[] stream = UnixConnection.pair();
        assertThat(set(LOAD, stream[1])).isEqualTo(ACCEPTED);
        assertThatThrownBy(() -> {
                    ByteBuffer piece = ByteBuffer.allocate(1 << 16);
                    for (int i = 0; i < 100; i++) {
                        stream[0].send(piece.rewind(), java.util.List.of());
                    }
                })
                .isInstanceOf(IOException.class);
        assertThat(check()).isEqualTo(1);
        stream[0].close();
    }

    @Test
    void shouldApplyNothingOfAStateThatIsWrong() throws Exception {
        byte[] state = DeviceState.encode(Map.of(32, new byte[] {1}));
        state[13] ^= 1;
        load(state);
        assertThat(check()).isEqualTo(1);
        assertThat(bench.device().writes()).isEmpty();
        assertThat(bench.log().lines()).anyMatch(line -> line.contains("checksum"));
    }

    // ---- the format

    @Test
    void shouldReadWhatItWrote() throws MessageRefusedException {
        byte[] empty = DeviceState.encode(Map.of());
        assertThat(DeviceState.decode(empty)).isEmpty();
        Map<Integer, byte[]> read =
                DeviceState.decode(DeviceState.encode(Map.of(7, new byte[] {1, 2}, 4096, new byte[0])));
        assertThat(read).containsOnlyKeys(7, 4096);
        assertThat(read.get(7)).containsExactly(1, 2);
    }

    @Test
    void shouldRefuseEveryPrefixAndEveryFlippedBit() {
        byte[] state = DeviceState.encode(Map.of(32, new byte[] {1}));
        for (int length = 0; length < state.length; length++) {
            byte[] prefix = Arrays.copyOf(state, length);
            assertThatThrownBy(() -> DeviceState.decode(prefix)).isInstanceOf(MessageRefusedException.class);
        }
        for (int bit = 0; bit < 8 * state.length; bit++) {
            byte[] flipped = state.clone();
            flipped[bit / 8] ^= 1 << bit % 8;
            assertThatThrownBy(() -> DeviceState.decode(flipped)).isInstanceOf(MessageRefusedException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, -1", "1, 4097", "1, 2", "2, 1", "-1, 1"})
    void shouldRefuseEntriesThatDoNotFit(int count, int length) {
        ByteBuffer state = ByteBuffer.allocate(12 + 8 + 1 + 4);
        state.putInt(0x48425354).putInt(1).putInt(count).putInt(0).putInt(length);
        java.util.zip.CRC32 crc = new java.util.zip.CRC32();
        crc.update(state.array(), 0, 21);
        state.putInt(21, (int) crc.getValue());
        assertThatThrownBy(() -> DeviceState.decode(state.array())).isInstanceOf(MessageRefusedException.class);
    }
}
