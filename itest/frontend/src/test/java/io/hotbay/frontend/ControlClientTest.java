// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlClientTest {
    private final ExecutorService threads = Executors.newSingleThreadExecutor();

    @TempDir
    private Path dir;

    private ServerSocketChannel listener;
    private Path path;

    @BeforeEach
    void listen() throws IOException {
        path = dir.resolve("c");
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path));
    }

    @AfterEach
    void close() throws IOException {
        threads.shutdownNow();
        listener.close();
    }

    @Test
    void shouldTellWhatTheCommandPrintedAndItsStatus() throws Exception {
        Future<String> asked = answer("O", "one ", "R", "oh", "O", "two", "Q", "3");

        ControlClient.Answer answer = socket(Duration.ofMinutes(1)).run("bdev:list; help");

        assertThat(answer).isEqualTo(new ControlClient.Answer(3, "one two", "oh"));
        assertThat(asked.get()).isEqualTo("X bdev:list; help");
    }

    @Test
    void shouldFailWithTheComplaintOfACommandThatHadToSucceed() {
        answer("R", "hotbay: no\n", "Q", "1");

        assertThatThrownBy(() -> socket(Duration.ofMinutes(1)).execute("no:such"))
                .isInstanceOf(IOException.class)
                .hasMessage("no:such: hotbay: no");
    }

    @Test
    void shouldFailWhenTheTargetGoesBeforeTheCommandHasEnded() {
        answer("O", "one");

        assertThatThrownBy(() -> socket(Duration.ofMinutes(1)).run("bdev:list")).isInstanceOf(EOFException.class);
    }

    @Test
    void shouldAskTheNextLifeOfAShellThatHasNotBegun() throws Exception {
        answer("W", "");
        Future<String> asked = answer("Q", "0");

        assertThat(socket(Duration.ofMinutes(1)).run("bdev:list").status()).isZero();
        assertThat(asked.get()).isEqualTo("X bdev:list");
    }

    @Test
    void shouldNotWaitForEverForASilentTarget() {
        assertThatThrownBy(() -> socket(Duration.ofMillis(20)).run("bdev:list"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("said nothing");
    }

    private ControlClient socket(Duration patience) {
        return new ControlClient(path, patience);
    }

    /** Serves one conversation with these frames, type and payload by turns, and tells what was asked. */
    private Future<String> answer(String... frames) {
        return threads.submit(() -> {
            try (SocketChannel peer = listener.accept()) {
                ByteBuffer request = ByteBuffer.allocate(1024);
                peer.read(request);
                request.flip();
                char type = (char) request.get();
                byte[] script = new byte[request.getInt()];
                request.get(script);
                for (int i = 0; i < frames.length; i += 2) {
                    byte[] payload = frames[i + 1].getBytes(StandardCharsets.UTF_8);
                    ByteBuffer frame = ByteBuffer.allocate(5 + payload.length);
                    frame.put((byte) frames[i].charAt(0)).putInt(payload.length).put(payload);
                    peer.write(frame.flip());
                }
                return type + " " + new String(script, StandardCharsets.UTF_8);
            }
        });
    }
}
