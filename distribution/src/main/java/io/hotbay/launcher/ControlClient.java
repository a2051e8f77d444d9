// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * Talks to a running target over its control socket. Both directions carry frames:
 *
 * <pre>
 *   +------+---------------------+---------+
 *   | type | length (big-endian) | payload |
 *   |  u8  |         u32         |         |
 *   +------+---------------------+---------+
 *   to the target:   D directory that names of files begin at, first if at all
 *                    X script to execute   T "columns rows type" opens a terminal   I terminal input
 *                    U "seconds home" has another process take its place
 *   from the target: O output   R error output   Q "status" ends the conversation
 * </pre>
 */
final class ControlClient {
    private static final int FRAME_HEADER = 5;

    private final Path socket;
    private volatile SocketChannel channel;

    private ControlClient(Path socket) throws LaunchException {
        this.socket = socket;
        channel = open(socket);
    }

    static ControlClient connect(Path socket) throws LaunchException {
        return new ControlClient(socket);
    }

    private static SocketChannel open(Path socket) throws LaunchException {
        try {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(socket));
            return channel;
        } catch (IOException e) {
            String why = Files.exists(socket) ? e.getMessage() : "there is no such socket, or it may not be seen";
            throw new LaunchException(
                    "no running target at " + socket + " (" + why
                            + "): start one with 'hotbay', or name its socket with -r",
                    e);
        }
    }

    int exec(String script) throws LaunchException {
        return ask(directory(), new Frame('X', bytes(script)));
    }

    int upgrade(int seconds, String home) throws LaunchException {
        return ask(new Frame('U', bytes(seconds + " " + home)));
    }

    int shell(int columns, int rows, String type) throws LaunchException {
        Thread input = new Thread(this::copyInput, "hotbay-shell-input");
        input.setDaemon(true);
        return ask(input::start, directory(), new Frame('T', bytes(columns + " " + rows + " " + type)));
    }

    private record Frame(char type, byte[] payload) {}

    private static Frame directory() {
        return new Frame('D', bytes(Path.of("").toAbsolutePath().toString()));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private int ask(Frame... request) throws LaunchException {
        return ask(() -> {}, request);
    }

    /** @param asked to be run when the request has been sent */
    private int ask(Runnable asked, Frame... request) throws LaunchException {
        send(request);
        asked.run();
        OptionalInt status = copyOutput();
        while (status.isEmpty()) {
            channel = open(socket);
            send(request);
            status = copyOutput();
        }
        return status.getAsInt();
    }

    private void send(Frame... request) {
        try {
            for (Frame frame : request) {
                send(frame.type, frame.payload);
            }
        } catch (LaunchException e) {
            // Who does not listen may have said why.
            return;
        }
    }

    private void copyInput() {
        byte[] buffer = new byte[4096];
        try {
            for (int count = System.in.read(buffer); count >= 0; count = System.in.read(buffer)) {
                send('I', Arrays.copyOf(buffer, count));
            }
            send('I', new byte[0]);
        } catch (IOException | LaunchException e) {
            // The other direction sees the end of the conversation and reports it.
            return;
        }
    }

    /** The status; empty if the shell is replaced and has not begun. */
    private OptionalInt copyOutput() throws LaunchException {
        try (SocketChannel open = channel) {
            while (true) {
                ByteBuffer header = receive(open, FRAME_HEADER);
                int type = header.get();
                byte[] payload = receive(open, header.getInt()).array();
                switch (type) {
                    case 'O' -> write(System.out, payload);
                    case 'R' -> write(System.err, payload);
                    case 'Q' -> {
                        return OptionalInt.of(Integer.parseInt(new String(payload, StandardCharsets.UTF_8)));
                    }
                    case 'W' -> {
                        return OptionalInt.empty();
                    }
                    default -> throw new IOException("unknown frame type " + type);
                }
            }
        } catch (EOFException e) {
            throw new LaunchException("the target at " + socket + " stopped before the command ended", e);
        } catch (IOException e) {
            throw new LaunchException("lost the target at " + socket + ": " + e.getMessage(), e);
        }
    }

    private static ByteBuffer receive(SocketChannel channel, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException();
            }
        }
        return buffer.flip();
    }

    private static void write(OutputStream stream, byte[] payload) throws IOException {
        stream.write(payload);
        stream.flush();
    }

    private synchronized void send(char type, byte[] payload) throws LaunchException {
        ByteBuffer frame = ByteBuffer.allocate(FRAME_HEADER + payload.length);
        frame.put((byte) type).putInt(payload.length).put(payload).flip();
        try {
            while (frame.hasRemaining()) {
                channel.write(frame);
            }
        } catch (IOException e) {
            throw new LaunchException("lost the target at " + socket + ": " + e.getMessage(), e);
        }
    }
}
