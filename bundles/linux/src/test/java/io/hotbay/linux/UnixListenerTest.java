// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hotbay.linux.UnixListener.Options;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixListenerTest {
    private static final Options DEFAULTS = new Options(0600, -1, -1, 8);

    @TempDir
    Path directory;

    @Test
    void shouldAcceptAConnectionThatCarriesDescriptorsBothWays() throws Exception {
        Path path = directory.resolve("vhostblk0");
        try (UnixListener listener = UnixListener.bind(path, DEFAULTS);
                UnixConnection client = UnixConnection.connect(path);
                UnixConnection server = listener.accept();
                Descriptor file = Memfd.create("passed", 7)) {
            assertThat(listener.path()).isEqualTo(path);
            assertThat(server.peer().pid())
                    .isEqualTo((int) ProcessHandle.current().pid());
            assertPassed(client, server, file);
            assertPassed(server, client, file);
        }
    }

    private static void assertPassed(UnixConnection from, UnixConnection to, Descriptor file) throws Exception {
        from.send(ByteBuffer.wrap("hello".getBytes(US_ASCII)), List.of(file));
        List<Descriptor> received = new ArrayList<>();
        assertThat(to.receiveFully(ByteBuffer.allocate(5), received)).isTrue();
        assertThat(received.get(0).status().size()).isEqualTo(7);
        received.get(0).close();
    }

    @Test
    void shouldWaitForAConnection() throws Exception {
        Path path = directory.resolve("s");
        try (UnixListener listener = UnixListener.bind(path, DEFAULTS)) {
            WaitingThread<UnixConnection> acceptor =
                    new WaitingThread<>(listener::accept).awaitCall(WaitingThread.EPOLL_WAIT);
            try (UnixConnection client = UnixConnection.connect(path);
                    UnixConnection server = acceptor.result()) {
                client.send(ByteBuffer.wrap(new byte[] {5}), List.of());
                ByteBuffer received = ByteBuffer.allocate(1);
                server.receiveFully(received, new ArrayList<>());
                assertThat(received.get(0)).isEqualTo((byte) 5);
            }
        }
    }

    @Test
    void shouldEndAcceptingWhenClosed() throws Exception {
        UnixListener listener = UnixListener.bind(directory.resolve("s"), DEFAULTS);
        WaitingThread<UnixConnection> acceptor =
                new WaitingThread<>(listener::accept).awaitCall(WaitingThread.EPOLL_WAIT);
        listener.close();
        listener.close();
        assertThat(acceptor.result()).isNull();
        assertThat(listener.accept()).isNull();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void shouldAcceptOnAnInterruptedThread() throws Exception {
        Path path = directory.resolve("s");
        try (UnixListener listener = UnixListener.bind(path, DEFAULTS);
                UnixConnection client = UnixConnection.connect(path)) {
            boolean interrupted = new WaitingThread<>(() -> {
                        Thread.currentThread().interrupt();
                        listener.accept().close();
                        return Thread.interrupted();
                    })
                    .result();
            assertThat(interrupted).isTrue();
            assertThat(client.receive(ByteBuffer.allocate(1), new ArrayList<>()))
                    .isEqualTo(-1);
            try (UnixConnection next = UnixConnection.connect(path)) {
                listener.accept().close();
                assertThat(next.receive(ByteBuffer.allocate(1), new ArrayList<>()))
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    void shouldHaveTheRightsAskedForWhateverTheUmask() throws Exception {
        try (UnixListener listener = UnixListener.bind(directory.resolve("s"), new Options(0777, -1, -1, 8))) {
            assertThat(FileStatus.of(listener.path()).isSocket()).isTrue();
            assertThat(FileStatus.of(listener.path()).rights()).isEqualTo(0777);
        }
    }

    @Test
    void shouldBelongToTheOwnerAskedFor() throws Exception {
        assumeTrue(Users.hasCapability(Users.CAP_CHOWN), "needs CAP_CHOWN");
        try (UnixListener listener = UnixListener.bind(directory.resolve("s"), new Options(0660, 1234, 5678, 8))) {
            assertThat(FileStatus.of(listener.path()).uid()).isEqualTo(1234);
            assertThat(FileStatus.of(listener.path()).gid()).isEqualTo(5678);
        }
    }

    @Test
    void shouldLeaveOneFileOnly() throws Exception {
        try (UnixListener listener = UnixListener.bind(directory.resolve("s"), DEFAULTS);
                var files = Files.list(directory)) {
            assertThat(files).containsExactly(listener.path());
        }
    }

    @Test
    void shouldReplaceASocketOnWhichNobodyListens() throws Exception {
        Path path = stale("s");
        try (UnixListener listener = UnixListener.bind(path, DEFAULTS);
                UnixConnection client = UnixConnection.connect(path)) {
            assertThat(client.peer().pid())
                    .isEqualTo((int) ProcessHandle.current().pid());
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void shouldCleanUpAfterAProcessThatWasKilledWhileItBound() throws Exception {
        stale(".s.new");
        UnixListener.bind(directory.resolve("s"), DEFAULTS).close();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void shouldCleanUpEvenWhereTheTemporaryNameIsTooLongForASocket() throws Exception {
        int room = 107 - directory.toString().length() - 2;
        Path deep = Files.createDirectory(directory.resolve("d".repeat(room - 30)));
        Path path = deep.resolve("x".repeat(30));
        stale(deep.getFileName() + "/." + path.getFileName() + ".new");
        try (UnixListener listener = UnixListener.bind(path, DEFAULTS)) {
            UnixConnection.connect(listener.path()).close();
        }
        assertThat(deep).isEmptyDirectory();
    }

    /** A socket as a killed process leaves it: its listener closes while the file has another name. */
    private Path stale(String name) throws Exception {
        Path path = directory.resolve(name);
        UnixListener dead = UnixListener.bind(directory.resolve("dead"), DEFAULTS);
        Files.move(directory.resolve("dead"), path);
        dead.close();
        return path;
    }

    @Test
    void shouldRefuseAPathOnWhichSomebodyListens() throws Exception {
        Path path = directory.resolve("s");
        try (UnixListener first = UnixListener.bind(path, DEFAULTS)) {
            FileStatus file = FileStatus.of(path);
            assertThatThrownBy(() -> UnixListener.bind(path, DEFAULTS))
                    .isInstanceOf(IOException.class)
                    .hasMessage("another process listens on " + path + ": stop that process or choose another path");
            assertThat(FileStatus.of(path).isSameFile(file)).isTrue();
            UnixConnection.connect(first.path()).close();
        }
    }

    @Test
    void shouldRefuseAPathOnWhichSomebodyListensWhoDoesNotAccept() throws Exception {
        Path path = directory.resolve("s");
        List<UnixConnection> waiting = new ArrayList<>();
        try (UnixListener first = UnixListener.bind(path, new Options(0600, -1, -1, 0))) {
            // fills the backlog
            waiting.add(UnixConnection.connect(first.path()));
            assertThatThrownBy(() -> UnixListener.bind(path, DEFAULTS)).hasMessageContaining("another process listens");
        } finally {
            waiting.forEach(UnixConnection::close);
        }
    }

    @Test
    void shouldRefuseAndKeepWhatIsNoSocket() throws Exception {
        Path path = Files.writeString(directory.resolve("s"), "precious");
        assertThatThrownBy(() -> UnixListener.bind(path, DEFAULTS))
                .isInstanceOf(IOException.class)
                .hasMessage(path + " exists and is no socket: remove it or choose another path");
        assertThat(path).hasContent("precious");
    }

    @Test
    void shouldRefuseALinkEvenToASocket() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("link"), stale("s"));
        assertThatThrownBy(() -> UnixListener.bind(link, DEFAULTS)).hasMessageContaining("is no socket");
        assertThat(link).isSymbolicLink();
    }

    @Test
    void shouldTakeAPathOfTheGreatestLengthAndNoneLonger() throws Exception {
        int room = 107 - directory.toString().length() - 1;
        Path longest = directory.resolve("x".repeat(room));
        try (UnixListener listener = UnixListener.bind(longest, DEFAULTS);
                UnixConnection client = UnixConnection.connect(longest);
                UnixConnection server = listener.accept()) {
            assertThat(server.number()).isNotEqualTo(client.number());
        }
        assertThat(directory).isEmptyDirectory();

        Path tooLong = directory.resolve("x".repeat(room + 1));
        assertThatThrownBy(() -> UnixListener.bind(tooLong, DEFAULTS))
                .isInstanceOf(IOException.class)
                .hasMessage(tooLong + ": the path of a socket may have 107 bytes, this one has 108:"
                        + " use a shorter directory or name");
        assertThatThrownBy(() -> UnixConnection.connect(tooLong)).hasMessageContaining("107 bytes");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void shouldTakeNamesThatAreNotAscii() throws Exception {
        assumeTrue("UTF-8".equals(System.getProperty("sun.jnu.encoding")), "needs a locale with such names");
        Path path = Files.createDirectory(directory.resolve("b\u00fccher")).resolve("gr\u00fc\u00dfe");
        try (UnixListener listener = UnixListener.bind(path, DEFAULTS);
                UnixConnection client = UnixConnection.connect(path)) {
            assertThat(Files.exists(listener.path())).isTrue();
            assertThat(client.number()).isNotNegative();
        }
        assertThat(path.getParent()).isEmptyDirectory();
    }

    @Test
    void shouldSayWhenTheDirectoryIsMissing() {
        assertThatThrownBy(() -> UnixListener.bind(directory.resolve("no/s"), DEFAULTS))
                .hasMessage("open " + directory.resolve("no") + ": No such file or directory (ENOENT)");
    }

    @Test
    void shouldLeaveNothingBehindWhenItCannotBeDone() throws Exception {
        UnixListener.bind(directory.resolve("s"), DEFAULTS).close();
        long before = OpenDescriptors.count();
        assertThatThrownBy(() -> UnixListener.bind(Path.of("/proc/s"), DEFAULTS))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("bind /proc/s: ");
        assertThat(OpenDescriptors.count()).isEqualTo(before);
    }

    @Test
    void shouldNotRemoveASocketThatHasTakenItsPlace() throws Exception {
        Path path = directory.resolve("s");
        UnixListener old = UnixListener.bind(path, DEFAULTS);
        Files.delete(path);
        try (UnixListener next = UnixListener.bind(path, DEFAULTS)) {
            old.close();
            assertThat(FileStatus.of(path).isSocket()).isTrue();
            UnixConnection.connect(next.path()).close();
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void shouldCloseWhenItsFileHasGoneAlready() throws Exception {
        UnixListener listener = UnixListener.bind(directory.resolve("s"), DEFAULTS);
        Files.delete(listener.path());
        listener.close();
        assertThat(listener.accept()).isNull();
    }

    @Test
    void shouldAcceptAgainOnceThereAreDescriptorsLeft() throws Exception {
        Path path = directory.resolve("s");
        try (UnixListener listener = UnixListener.bind(path, DEFAULTS);
                UnixConnection client = UnixConnection.connect(path)) {
            IOException failure = DescriptorShortage.during(listener::accept);
            assertThat(failure).hasMessage("accept " + path + ": Too many open files (EMFILE)");
            try (UnixConnection server = listener.accept()) {
                assertThat(server.number()).isNotEqualTo(client.number());
            }
        }
    }

    @Test
    void shouldNotLeakDescriptors() throws Exception {
        Path path = directory.resolve("s");
        connectOnce(path);
        long before = OpenDescriptors.count();
        for (int i = 0; i < 200; i++) {
            connectOnce(path);
        }
        assertThat(OpenDescriptors.count()).isEqualTo(before);
    }

    private static void connectOnce(Path path) throws IOException {
        try (UnixListener listener = UnixListener.bind(path, DEFAULTS);
                UnixConnection client = UnixConnection.connect(path);
                UnixConnection server = listener.accept()) {
            assertThat(server.number()).isNotEqualTo(client.number());
        }
    }

    @Test
    void shouldHandOverItsSocketWithThePeersThatWait() throws Exception {
        Path path = directory.resolve("s");
        UnixListener before = UnixListener.bind(path, DEFAULTS);
        WaitingThread<UnixConnection> acceptor =
                new WaitingThread<>(before::accept).awaitCall(WaitingThread.EPOLL_WAIT);
        Descriptor socket = before.handOver();
        assertThat(acceptor.result()).isNull();
        assertThat(path).exists();

        try (UnixConnection client = UnixConnection.connect(path)) {
            try (UnixListener after = UnixListener.adopt(path, socket);
                    UnixConnection server = after.accept();
                    Descriptor file = Memfd.create("passed", 7)) {
                assertPassed(client, server, file);
                assertThatThrownBy(() -> UnixListener.bind(path, DEFAULTS)).hasMessageContaining("listens on");
            }
        }
        assertThat(path).doesNotExist();
        before.close();
        assertThatThrownBy(before::handOver).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldHandOverTwice() throws Exception {
        Path path = directory.resolve("s");
        long open = OpenDescriptors.count();
        UnixListener first = UnixListener.bind(path, DEFAULTS);
        UnixListener second = UnixListener.adopt(path, first.handOver());
        try (UnixListener third = UnixListener.adopt(path, second.handOver());
                UnixConnection client = UnixConnection.connect(path);
                UnixConnection server = third.accept()) {
            assertThat(server.peer().pid())
                    .isEqualTo((int) ProcessHandle.current().pid());
            assertThat(client.number()).isNotEqualTo(server.number());
        }
        assertThat(OpenDescriptors.count()).isEqualTo(open);
    }
}
