// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A unix socket that lines come and go over. A thread reads; every line goes into a transcript, with the seconds since the connection was made, and then, under this object's
 * monitor, to {@link #received}. Any thread.
 */
abstract class LineSocket implements AutoCloseable {
    private static final int LISTEN_SECONDS = 20;

    private final String name;
    private final SocketChannel channel;
    private final BufferedWriter transcript;
    private final Logs logs;
    private final long started = System.nanoTime();
    private boolean closed;

    /** Connects; the peer must have made the socket already, though it need not listen yet, and must keep to one connection. */
    LineSocket(String name, Path socket, Logs logs) {
        this.name = name;
        this.logs = logs;
        try {
            transcript = Files.newBufferedWriter(logs.file(name + ".log"));
            channel = connect(socket, logs);
        } catch (IOException e) {
            throw logs.failure("Cannot connect to " + socket, e);
        }
    }

    private static SocketChannel connect(Path socket, Logs logs) {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket);
        String what = socket + " can be connected to";
        return Await.result(what, Settings.timeout(LISTEN_SECONDS), logs, () -> connected(address));
    }

    /** A socket's file is there as soon as it is bound, and refuses connections until its owner listens. */
    private static Optional<SocketChannel> connected(UnixDomainSocketAddress address) {
        try {
            return Optional.of(SocketChannel.open(address));
        } catch (ConnectException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts to read; called when the subclass is complete. */
    final void listen() {
        Thread reader = new Thread(this::read, name + "-reader");
        reader.setDaemon(true);
        reader.start();
    }

    /** Takes a line from the peer. Called with this object's monitor held; waiters look again afterwards. */
    abstract void received(String line);

    final Logs logs() {
        return logs;
    }

    final synchronized void send(String line) {
        record("> ", line);
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw logs.failure("Cannot write to " + name, e);
        }
    }

    /** Waits until the condition gives something, looking after each line; fails when the peer goes away. */
    final synchronized <T> T await(String what, Duration timeout, Supplier<T> condition) {
        long deadline = System.nanoTime() + timeout.toNanos();
        T found = condition.get();
        while (found == null) {
            long remaining = deadline - System.nanoTime();
            if (closed) {
                throw logs.failure(name + " was closed by the peer while waiting for " + what);
            }
            if (remaining <= 0) {
                throw logs.failure("Not within " + timeout.toSeconds() + " s: " + what);
            }
            pause(remaining);
            found = condition.get();
        }
        return found;
    }

    private void pause(long nanos) {
        try {
            wait(Math.max(1, nanos / 1_000_000));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw logs.failure("Interrupted", e);
        }
    }

    private void read() {
        // What the guest prints before it has taken the serial port need not be text.
        BufferedReader reader = new BufferedReader(Channels.newReader(channel, StandardCharsets.ISO_8859_1));
        try {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                accept(line);
            }
        } catch (IOException e) {
            // The channel was closed, by us or by the peer: the same as the end of the stream.
        } finally {
            ended();
        }
    }

    private synchronized void ended() {
        closed = true;
        notifyAll();
    }

    private synchronized void accept(String line) {
        record("< ", line);
        received(line);
        notifyAll();
    }

    private void record(String direction, String line) {
        try {
            long elapsed = (System.nanoTime() - started) / 1_000_000;
            transcript.write(String.format("%9.3f %s%s%n", elapsed / 1000.0, direction, line));
            transcript.flush();
        } catch (IOException e) {
            throw logs.failure("Cannot write the transcript of " + name, e);
        }
    }

    @Override
    public final void close() {
        try {
            channel.close();
            synchronized (this) {
                transcript.close();
            }
        } catch (IOException e) {
            throw logs.failure("Cannot close " + name, e);
        }
    }
}
