// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnixConnectionTest {
    private UnixConnection here;
    private UnixConnection there;

    @BeforeEach
    void connect() throws Exception {
        UnixConnection[] ends = UnixConnection.pair();
        here = ends[0];
        there = ends[1];
    }

    @AfterEach
    void disconnect() {
        here.close();
        there.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 40, 64})
    void shouldPassDescriptorsBothWays(int count) throws Exception {
        assertPassed(here, there, count);
        assertPassed(there, here, count);
    }

    private static void assertPassed(UnixConnection from, UnixConnection to, int count) throws Exception {
        List<Descriptor> sent = files(count);
        List<Descriptor> received = new ArrayList<>();
        from.send(ascii("hello"), sent);
        ByteBuffer message = ByteBuffer.allocateDirect(100);
        assertThat(to.receive(message, received)).isEqualTo(5);
        assertThat(text(message)).isEqualTo("hello");
        assertThat(received).hasSize(count);
        for (int i = 0; i < count; i++) {
            assertThat(received.get(i).number()).isNotEqualTo(sent.get(i).number());
            assertThat(received.get(i).status().isSameFile(sent.get(i).status()))
                    .as("descriptor %d of %d", i, count)
                    .isTrue();
            assertThat(isCloseOnExec(received.get(i))).isTrue();
            // the sender keeps its own
            assertThat(sent.get(i).isOpen()).isTrue();
        }
        closeAll(sent);
        closeAll(received);
    }

    private static List<Descriptor> files(int count) throws Exception {
        List<Descriptor> files = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            files.add(Memfd.create("passed-" + i, i));
        }
        return files;
    }

    private static void closeAll(List<Descriptor> descriptors) {
        descriptors.forEach(Descriptor::close);
    }

    private static boolean isCloseOnExec(Descriptor descriptor) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/fdinfo/" + descriptor.number())).stream()
                .filter(line -> line.startsWith("flags:"))
                .mapToInt(line -> Integer.parseInt(line.substring(6).strip(), 8))
                .anyMatch(flags -> (flags & Descriptor.O_CLOEXEC) != 0);
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(US_ASCII));
    }

    private static String text(ByteBuffer message) {
        byte[] bytes = new byte[message.position()];
        message.get(0, bytes);
        return new String(bytes, US_ASCII);
    }

    @Test
    void shouldFailAndKeepNothingWhenMoreDescriptorsComeThanFit() throws Exception {
        List<Descriptor> sent = files(65);
        here.send(ascii("x"), sent);
        closeAll(sent);
        long before = OpenDescriptors.count();
        List<Descriptor> received = new ArrayList<>();
        assertThatThrownBy(() -> there.receive(ByteBuffer.allocate(1), received))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("more than 64");
        assertThat(received).isEmpty();
        assertThat(OpenDescriptors.count()).isEqualTo(before);
    }

    @Test
    void shouldFillABufferFromManyMessagesAndTakeTheDescriptorsOfTheFirst() throws Exception {
        List<Descriptor> sent = files(2);
        List<Descriptor> received = new ArrayList<>();
        ByteBuffer whole = ByteBuffer.allocate(10);
        here.send(ascii("abc"), sent);
        WaitingThread<Boolean> receiver =
                new WaitingThread<>(() -> there.receiveFully(whole, received)).awaitCall(WaitingThread.RECVMSG);
        here.send(ascii("defg"), List.of());
        here.send(ascii("hijklm"), List.of());
        assertThat(receiver.result()).isTrue();
        assertThat(text(whole)).isEqualTo("abcdefghij");
        assertThat(received).hasSize(2);

        ByteBuffer rest = ByteBuffer.allocate(3);
        assertThat(there.receiveFully(rest, received)).isTrue();
        assertThat(text(rest)).isEqualTo("klm");
        closeAll(sent);
        closeAll(received);
    }

    @Test
    void shouldRefuseDescriptorsInTheMiddleOfAMessage() throws Exception {
        List<Descriptor> sent = files(1);
        here.send(ascii("a"), List.of());
        List<Descriptor> received = new ArrayList<>();
        WaitingThread<Boolean> receiver = new WaitingThread<>(
                        () -> there.receiveFully(ByteBuffer.allocate(2), received))
                .awaitCall(WaitingThread.RECVMSG);
        here.send(ascii("b"), sent);
        closeAll(sent);
        assertThatThrownBy(receiver::result)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("descriptors where none belong");
        assertThat(received).isEmpty();
    }

    @Test
    void shouldNotTakeMoreThanFits() throws Exception {
        here.send(ascii("abcdef"), List.of());
        ByteBuffer three = ByteBuffer.allocateDirect(10).position(2).limit(5);
        assertThat(there.receive(three, List.of())).isEqualTo(3);
        assertThat(three.hasRemaining()).isFalse();
        assertThat(three.get(4)).isEqualTo((byte) 'c');
        assertThat(three.duplicate().clear().get(5)).isZero();
        assertThat(there.receive(three, List.of())).as("no room").isZero();
    }

    @Test
    void shouldSendALargeBufferWhole() throws Exception {
        for (ByteBuffer source : List.of(ByteBuffer.allocate(1 << 20), ByteBuffer.allocateDirect(1 << 20))) {
            for (int i = 0; i < source.capacity(); i++) {
                source.put(i, (byte) (i * 31));
            }
            List<Descriptor> sent = files(1);
            List<Descriptor> received = new ArrayList<>();
            ByteBuffer whole = ByteBuffer.allocate(1 << 20);
            WaitingThread<Boolean> receiver = new WaitingThread<>(() -> there.receiveFully(whole, received));
            here.send(source, sent);
            assertThat(receiver.result()).isTrue();
            assertThat(whole.flip()).isEqualTo(source.rewind());
            assertThat(received).as("descriptors go once").hasSize(1);
            closeAll(sent);
            closeAll(received);
        }
    }

    @Test
    void shouldTellTheEndOfTheStreamFromAMessageThatBreaksOff() throws Exception {
        here.send(ascii("abc"), List.of());
        here.close();
        assertThatThrownBy(() -> there.receiveFully(ByteBuffer.allocate(5), new ArrayList<>()))
                .isInstanceOf(EOFException.class)
                .hasMessageContaining("after 3 of 5 bytes");
        assertThat(there.receiveFully(ByteBuffer.allocate(5), new ArrayList<>()))
                .isFalse();
        assertThat(there.receive(ByteBuffer.allocate(5), new ArrayList<>())).isEqualTo(-1);
    }

    @Test
    void shouldFailToSendWhenThePeerHasGone() {
        there.close();
        assertThatThrownBy(() -> here.send(ascii("x"), List.of()))
                .isInstanceOfSatisfying(
                        LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPIPE));
    }

    @Test
    void shouldRefuseDescriptorsWithoutAByteToGoWith() throws Exception {
        List<Descriptor> sent = files(1);
        assertThatThrownBy(() -> here.send(ByteBuffer.allocate(0), sent)).isInstanceOf(IllegalArgumentException.class);
        closeAll(sent);
    }

    @Test
    void shouldWakeAReceiverWhenShutDown() throws Exception {
        WaitingThread<Integer> receiver = new WaitingThread<>(
                        () -> here.receive(ByteBuffer.allocate(1), new ArrayList<>()))
                .awaitCall(WaitingThread.RECVMSG);
        here.shutdown();
        assertThat(receiver.result()).isEqualTo(-1);
        assertThat(here.number()).as("still open").isNotNegative();
    }

    @Test
    void shouldWakeReceiverAndSenderWhenClosed() throws Exception {
        WaitingThread<Integer> receiver = new WaitingThread<>(
                        () -> here.receive(ByteBuffer.allocate(1), new ArrayList<>()))
                .awaitCall(WaitingThread.RECVMSG);
        WaitingThread<Object> sender = new WaitingThread<>(() -> {
                    here.send(ByteBuffer.allocateDirect(16 << 20), List.of());
                    return null;
                })
                .awaitCall(WaitingThread.SENDMSG);
        here.close();
        assertThat(receiver.result()).isEqualTo(-1);
        assertThatThrownBy(sender::result).isInstanceOf(IOException.class);
    }

    @Test
    void shouldBeOfNoUseOnceClosed() {
        here.close();
        here.close();
        here.shutdown();
        assertThatThrownBy(() -> here.receive(ByteBuffer.allocate(1), new ArrayList<>()))
                .isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> here.send(ascii("x"), List.of())).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(here::number).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldKnowThePeer() throws Exception {
        UnixConnection.Peer peer = here.peer();
        assertThat(peer.pid()).isEqualTo((int) ProcessHandle.current().pid());
        assertThat(peer.uid()).isEqualTo(Users.effectiveUid());
        assertThat(peer.gid()).isEqualTo(Users.effectiveGid());
    }

    @Test
    void shouldHandOverWithWhatNobodyHasReceived() throws Exception {
        UnixConnection[] ends = UnixConnection.pair();
        try (UnixConnection peer = ends[0];
                EventFd stop = EventFd.create()) {
            peer.send(ByteBuffer.wrap(new byte[] {1, 2}), List.of());
            assertThat(ends[1].awaitMessage(stop)).isTrue();
            ByteBuffer first = ByteBuffer.allocate(1);
            ends[1].receiveFully(first, new ArrayList<>());
            try (UnixConnection successor = UnixConnection.adopt(ends[1].handOver())) {
                ends[1].close();
                ByteBuffer second = ByteBuffer.allocate(1);
                assertThat(successor.receiveFully(second, new ArrayList<>())).isTrue();
                assertThat(second.get(0)).isEqualTo((byte) 2);
            }
            assertThatThrownBy(ends[1]::handOver).isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void shouldBeInterruptedWhileItWaitsForAMessage() throws Exception {
        UnixConnection[] ends = UnixConnection.pair();
        try (UnixConnection peer = ends[0];
                UnixConnection own = ends[1];
                EventFd stop = EventFd.create()) {
            WaitingThread<Boolean> waiting = new WaitingThread<>(() -> own.awaitMessage(stop));
            stop.signal();
            assertThat(waiting.result()).isFalse();
            stop.drain();
            peer.close();
            assertThat(own.awaitMessage(stop)).isTrue();
        }
    }
}
