// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobChannelTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private final WorkDirectory work = WorkDirectory.create();
    private JobChannel channel;
    private SocketChannel guest;

    @BeforeEach
    void connect() throws IOException {
        Path socket = work.socket("jobs");
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(socket));
            channel = new JobChannel("jobs", socket, new Logs(directory));
            guest = listener.accept();
        }
        say("READY first");
        channel.awaitBoot(1, TIMEOUT);
    }

    @AfterEach
    void close() throws IOException {
        channel.close();
        guest.close();
        work.close();
    }

    @Test
    void shouldReturnStatusAndOutput() throws IOException {
        channel.start("echo done");
        say("[noise]", "BEGIN 1", encode("first line, "), encode("second"), "DONE 1 3");

        assertThat(channel.awaitResult(TIMEOUT)).isEqualTo(new JobResult(3, "first line, second"));
    }

    @Test
    void shouldSendTheScriptInOneLine() throws IOException {
        channel.start("echo one\necho two\n");

        assertThat(hear()).isEqualTo("RUN 1 " + encode("echo one\necho two\n"));
    }

    @Test
    void shouldWaitForAMarkInTheMiddleOfAJob() throws IOException {
        channel.start("mark half");
        say("MARK half");
        channel.awaitMark("half", TIMEOUT);
        say("BEGIN 1", "DONE 1 0");

        assertThat(channel.awaitResult(TIMEOUT).status()).isZero();
    }

    @Test
    void shouldFailWhenAJobEndsBeforeItsMark() throws IOException {
        channel.start("false");
        say("BEGIN 1", "DONE 1 1");

        assertThatThrownBy(() -> channel.awaitMark("half", TIMEOUT))
                .isInstanceOf(GuestFailure.class)
                .hasMessageContaining("has ended before its mark \"half\"");
    }

    @Test
    void shouldFailWhenTheGuestRebootsInAJob() throws IOException {
        channel.start("echo c >/proc/sysrq-trigger");
        say("READY second");

        assertThatThrownBy(() -> channel.awaitResult(TIMEOUT))
                .isInstanceOf(GuestFailure.class)
                .hasMessageContaining("rebooted by itself");
    }

    @Test
    void shouldFailWhenTheGuestGoesAwayInAJob() throws IOException {
        channel.start("poweroff -f");
        guest.close();

        assertThatThrownBy(() -> channel.awaitResult(TIMEOUT))
                .isInstanceOf(GuestFailure.class)
                .hasMessageContaining("closed by the peer");
    }

    private void say(String... lines) throws IOException {
        guest.write(ByteBuffer.wrap((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    private String hear() throws IOException {
        return new BufferedReader(Channels.newReader(guest, StandardCharsets.UTF_8)).readLine();
    }

    private static String encode(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
