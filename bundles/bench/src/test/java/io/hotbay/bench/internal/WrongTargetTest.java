// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.internal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/** What is no target, or cannot be: one clear line each. */
@Timeout(30)
class WrongTargetTest {
    private Path directory;
    private Path path;

    @BeforeEach
    void makeDirectory() throws IOException {
        directory = Files.createTempDirectory(Path.of("/tmp"), "hbw");
        path = directory.resolve("s");
    }

    @AfterEach
    void removeDirectory() throws IOException {
        Files.deleteIfExists(path);
        Files.delete(directory);
    }

    private ThrowingCallable run(String... words) {
        return () -> {
            BenchOptions options = new BenchOptions();
            new CommandLine(options).parseArgs(words);
            new BenchRun(path, options, new PrintWriter(new StringWriter())).run();
        };
    }

    @Test
    void shouldNameWhatIsNoSocket() throws IOException {
        assertThatThrownBy(run()).hasMessage(path + ": there is no such socket, or it may not be seen");
        Files.writeString(path, "x");
        assertThatThrownBy(run()).hasMessage(path + " is a file, not a socket");
        Files.delete(path);
        Files.createDirectory(path);
        assertThatThrownBy(run()).hasMessage(path + " is a directory, not a socket");
    }

    @Test
    void shouldSayThatNobodyListens() throws IOException {
        try (ServerSocketChannel left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(path));
        }
        assertThatThrownBy(run()).hasMessageContaining(path.toString()).hasMessageContaining("ECONNREFUSED");
    }

    @Test
    void shouldNotWaitForeverForAListenerThatSaysNothing() throws IOException {
        try (ServerSocketChannel silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            silent.bind(UnixDomainSocketAddress.of(path));
            assertThatThrownBy(run()).hasMessageContaining("does not answer within 5 s");
        }
    }

    @Test
    void shouldNotWaitForeverForTheRestOfAnAnswer() throws Exception {
        answering("HT", () -> assertThatThrownBy(run()).hasMessageContaining("does not answer within 5 s"));
    }

    @Test
    void shouldSayThatAnHttpServerIsNoTarget() throws Exception {
        answering("HTTP/1.1 400 Bad Request\r\n\r\n", () -> assertThatThrownBy(run())
                .hasMessageContaining("is no vhost-user-blk target"));
    }

    /** Some tell by an end, some by an error: it depends on who is quicker. */
    @Test
    void shouldSayThatAListenerThatHangsUpIsNoTarget() throws Exception {
        for (int i = 0; i < 50; i++) {
            try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                server.bind(UnixDomainSocketAddress.of(path));
                Thread thread = new Thread(() -> hangUp(server));
                thread.start();
                assertThatThrownBy(run()).hasMessageContaining("is no vhost-user-blk target");
                thread.join();
            }
            Files.delete(path);
        }
    }

    private static void hangUp(ServerSocketChannel server) {
        try {
            server.accept().close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void answering(String text, Runnable body) throws Exception {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            Thread thread = new Thread(() -> answer(server, text));
            thread.start();
            body.run();
            thread.join();
        }
    }

    private static void answer(ServerSocketChannel server, String text) {
        try (SocketChannel peer = server.accept()) {
            peer.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer sink = ByteBuffer.allocate(4096);
            while (peer.read(sink) >= 0) {
                sink.clear();
            }
        } catch (IOException gone) {
            // The client has had enough.
            return;
        }
    }

    @Test
    void shouldRefuseOptionsThatCannotBe() {
        assertThatThrownBy(run("--block-size", "1000")).hasMessageContaining("multiple of 512");
        assertThatThrownBy(run("--depth", "0")).hasMessage("--depth must be 1 to 1024, not 0");
        assertThatThrownBy(run("--depth", "1000")).hasMessageContaining("takes 3000 descriptors of a ring");
        assertThatThrownBy(run("--depth", "64", "--queue-size", "128")).hasMessageContaining("at most --depth 42");
        assertThatThrownBy(run("--queue-size", "100")).hasMessageContaining("power of two");
        assertThatThrownBy(run("--read", "101")).hasMessage("--read must be 0 to 100, not 101");
        assertThatThrownBy(run("--time", "0")).hasMessageContaining("--time must be more than 0");
        assertThatThrownBy(run("--time", "NaN")).hasMessageContaining("--time must be more than 0");
        assertThatThrownBy(run("--core", "4000")).hasMessageContaining("--core 4000: there is no such core");
        assertThatThrownBy(run("--json", "/nowhere/x")).hasMessage("--json /nowhere/x cannot be written");
    }
}
