// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench.swaps;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Runs commands in a target, as {@code bin/hotbay exec} does, but without a process for each, whose start would be seen in the
 * latencies. One conversation a command; frames of a type, a length (big-endian) and a payload.
 */
final class ControlSocket {
    private static final int HEADER = 5;

    private final Path socket;

    ControlSocket(Path socket) {
        this.socket = socket;
    }

    /** Runs a command and returns what it printed. Fails with what it said if its status is not 0. */
    String execute(String command) throws IOException {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            send(channel, command.getBytes(StandardCharsets.UTF_8));
            while (true) {
                ByteBuffer header = receive(channel, HEADER);
                char type = (char) header.get();
                byte[] payload = receive(channel, header.getInt()).array();
                if (type == 'Q') {
                    String printed = output.toString(StandardCharsets.UTF_8);
                    if (!new String(payload, StandardCharsets.UTF_8).equals("0")) {
                        throw new IOException(command + ": " + printed.strip());
                    }
                    return printed;
                }
                output.write(payload);
            }
        }
    }

    private static void send(SocketChannel channel, byte[] script) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(HEADER + script.length);
        frame.put((byte) 'X').putInt(script.length).put(script).flip();
        while (frame.hasRemaining()) {
            channel.write(frame);
        }
    }

    private static ByteBuffer receive(SocketChannel channel, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the target ended the conversation before the command did");
            }
        }
        return buffer.flip();
    }
}
