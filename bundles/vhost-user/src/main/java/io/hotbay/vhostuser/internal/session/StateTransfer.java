// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.Epoll;
import io.hotbay.linux.Errno;
import io.hotbay.linux.LinuxException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A device state on its way through a pipe or socket, on a thread of its own: the other end may be slow, or never come. The
 * descriptor is closed at the end, by which the front-end knows that all has been written.
 */
final class StateTransfer implements AutoCloseable {
    /** How often the thread looks whether it is still wanted. */
    private static final int LOOK_MILLIS = 20;

    private static final int PIECE = 4096;

    private final Descriptor stream;
    /** What is written, or null to read. */
    private final byte[] outgoing;

    private final CompletableFuture<byte[]> done = new CompletableFuture<>();
    private volatile boolean unwanted;

    private StateTransfer(Descriptor stream, byte[] outgoing) {
        this.stream = stream;
        this.outgoing = outgoing;
    }

    /**
     * Begins.
     *
     * @param stream belongs to the transfer
     * @param outgoing what is to be written, or null if a state is to be read
     */
    static StateTransfer begin(String session, Descriptor stream, byte[] outgoing) {
        StateTransfer transfer = new StateTransfer(stream, outgoing);
        Thread thread = new Thread(transfer::run, session + " state");
        thread.setDaemon(true);
        thread.start();
        return transfer;
    }

    /** Whether it is a state that was read. */
    boolean isIncoming() {
        return outgoing == null;
    }

    /** Whether nothing is under way any more. */
    boolean isDone() {
        return done.isDone();
    }

    /**
     * The state, read or written in full.
     *
     * @param millis how long to wait for it at most
     * @throws IOException if it was not transferred, and will not be
     */
    byte[] await(long millis) throws IOException {
        try {
            return done.get(millis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            close();
            throw new IOException("the front-end did not finish it", e);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().getMessage(), e);
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private void run() {
        try (stream;
                Epoll epoll = Epoll.create()) {
            stream.doNotWait();
            epoll.add(stream.number(), outgoing == null ? Epoll.IN : Epoll.OUT, 0);
            byte[] state = outgoing == null ? read(epoll) : write(epoll);
            // before anybody learns that it is done
            stream.close();
            done.complete(state);
        } catch (IOException | RuntimeException e) {
            done.completeExceptionally(e);
        }
    }

    private byte[] write(Epoll epoll) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(outgoing.length).put(outgoing).flip();
        while (bytes.hasRemaining()) {
            await(epoll);
            try {
                stream.write(bytes);
            } catch (LinuxException e) {
                refuseUnlessEmpty(e);
            }
        }
        return outgoing;
    }

    private byte[] read(Epoll epoll) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(DeviceState.LARGEST + PIECE);
        while (bytes.position() <= DeviceState.LARGEST) {
            await(epoll);
            try {
                if (stream.read(bytes) < 0) {
                    byte[] state = new byte[bytes.flip().remaining()];
                    bytes.get(state);
                    return state;
                }
            } catch (LinuxException e) {
                refuseUnlessEmpty(e);
            }
        }
        throw new IOException("the state is longer than " + DeviceState.LARGEST + " bytes");
    }

    private void await(Epoll epoll) throws IOException {
        while (epoll.await(LOOK_MILLIS) == 0) {
            if (unwanted) {
                throw new IOException("given up");
            }
        }
    }

    /** Somebody else may have been faster at the other end of the same pipe. */
    private static void refuseUnlessEmpty(LinuxException e) throws LinuxException {
        if (e.errno() != Errno.EAGAIN) {
            throw e;
        }
    }

    /** Gives it up, if it is not done. */
    @Override
    public void close() {
        unwanted = true;
    }
}
