// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Runs commands in a target, as {@code bin/hotbay exec} does, but without a process for each, whose start takes longer than most
 * commands and is seen in latencies. One conversation a command; frames of a type, a length (big-endian) and a payload. Any thread.
 */
public final class ControlClient {
    private static final int HEADER = 5;

    private final Path socket;
    private final Duration patience;

    /**
     * The control socket of a target, which need not run yet.
     *
     * @param patience how long a command may be silent
     */
    public ControlClient(Path socket, Duration patience) {
        this.socket = socket;
        this.patience = patience;
    }

    /**
     * What a command left.
     *
     * @param status 0 if it succeeded
     * @param out what it printed
     * @param err what it complained of
     */
    public record Answer(int status, String out, String err) {}

    /**
     * Runs a command to its end.
     *
     * @throws IOException if no target listens, or it is gone or silent before the command has ended
     */
    public Answer run(String command) throws IOException {
        Answer answer = null;
        while (answer == null) {
            answer = ask(command);
        }
        return answer;
    }

    /** Null if the shell is replaced and has not begun: its next life answers. */
    private Answer ask(String command) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                Selector selector = Selector.open()) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            send(channel, command.getBytes(StandardCharsets.UTF_8));
            channel.configureBlocking(false).register(selector, SelectionKey.OP_READ);
            while (true) {
                ByteBuffer header = receive(channel, selector, HEADER);
                char type = (char) header.get();
                byte[] payload = receive(channel, selector, header.getInt()).array();
                switch (type) {
                    case 'O' -> out.write(payload);
                    case 'R' -> err.write(payload);
                    case 'Q' -> {
                        int status = Integer.parseInt(new String(payload, StandardCharsets.UTF_8));
                        return new Answer(
                                status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
                    }
                    case 'W' -> {
                        return null;
                    }
                    default -> throw new IOException("unknown frame type " + type);
                }
            }
        }
    }

    /**
     * Runs a command that has to succeed, and returns what it printed.
     *
     * @throws IOException also if its status is not 0
     */
    public String execute(String command) throws IOException {
        Answer answer = run(command);
        if (answer.status() != 0) {
            throw new IOException(command + ": " + answer.err().strip());
        }
        return answer.out();
    }

    private static void send(SocketChannel channel, byte[] script) {
        ByteBuffer frame = ByteBuffer.allocate(HEADER + script.length);
        frame.put((byte) 'X').putInt(script.length).put(script).flip();
        try {
            while (frame.hasRemaining()) {
                channel.write(frame);
            }
        } catch (IOException e) {
            // Who does not listen may have said why.
        }
    }

    private ByteBuffer receive(SocketChannel channel, Selector selector, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            int count = channel.read(buffer);
            if (count < 0) {
                throw new EOFException("the target ended the conversation before the command did");
            }
            // An interrupt ends the wait too; the read tells it.
            if (count == 0
                    && selector.select(patience.toMillis()) == 0
                    && !Thread.currentThread().isInterrupted()) {
                throw new IOException("the target said nothing for " + patience.toSeconds() + " s");
            }
            selector.selectedKeys().clear();
        }
        return buffer.flip();
    }
}
