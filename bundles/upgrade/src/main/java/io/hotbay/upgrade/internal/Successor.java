// SPDX-License-Identifier: Apache-2.0
package io.hotbay.upgrade.internal;

import io.hotbay.linux.UnixConnection;
import io.hotbay.linux.UnixListener;
import io.hotbay.upgrade.internal.HandOverConnection.Frame;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** The process that is to take this one's place. */
final class Successor implements AutoCloseable {
    /** The option by which a process knows that it is one. */
    private static final String OPTION = "--take-over";

    private static final String HOME = "HOTBAY_HOME";
    private static final int OWNER_ONLY = 0600;
    private static final long END_SECONDS = 10;

    private final UnixListener listener;
    private final SuccessorProcess process;
    private final ScheduledExecutorService clock;
    private volatile HandOverConnection connection;
    private volatile String late;

    private Successor(UnixListener listener, SuccessorProcess process) {
        this.listener = listener;
        this.process = process;
        clock = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "hotbay-upgrade-clock");
            thread.setDaemon(true);
            return thread;
        });
        // a process that ends before it connects will not connect any more
        process.whenEnded(listener::close);
    }

    /**
     * Starts it.
     *
     * @param home the installation to start, or empty for this one
     * @param socket where it connects to
     * @param forServiceManager whether it is to be the child of a service manager
     */
    static Successor start(Launcher launcher, Optional<Path> home, Path socket, boolean forServiceManager)
            throws IOException {
        List<String> command = new ArrayList<>(launcher.command());
        if (home.isPresent()) {
            Path program = home.get().resolve("bin").resolve("hotbay");
            if (!program.toFile().canExecute()) {
                throw new IOException(
                        "there is no installation in " + home.get() + ": " + program + " cannot be executed");
            }
            command = new ArrayList<>(List.of(program.toString()));
        }
        command.addAll(launcher.arguments());
        command.add(OPTION);
        command.add(socket.toString());
        ProcessBuilder builder = new ProcessBuilder(command);
        home.ifPresent(path -> builder.environment().put(HOME, path.toString()));
        UnixListener listener = UnixListener.bind(socket, new UnixListener.Options(OWNER_ONLY, -1, -1, 1));
        try {
            return new Successor(listener, SuccessorProcess.start(builder, forServiceManager));
        } catch (IOException e) {
            listener.close();
            throw e;
        }
    }

    long pid() {
        return process.pid();
    }

    /** Waits until it is booted as far as that goes while this process still serves. */
    void awaitPrepared(Duration patience) throws IOException {
        Frame frame = within(patience, () -> {
            UnixConnection peer = listener.accept();
            if (peer == null) {
                throw new EOFException("it did not get in touch");
            }
            connection = new HandOverConnection(peer);
            return expect(HandOverConnection.PREPARED);
        });
        int version = frame.payload().length < Integer.BYTES
                ? 0
                : ByteBuffer.wrap(frame.payload()).getInt();
        if (version != Estate.VERSION) {
            throw new IOException("it understands version " + version + " of what is handed over, this process writes "
                    + Estate.VERSION);
        }
    }

    /** Has it receive an estate, of which it touches nothing yet. */
    void receive(Estate estate, Duration patience) throws IOException {
        within(patience, () -> {
            connection.send(estate);
            return expect(HandOverConnection.GOT);
        });
    }

    /**
     * Makes everything that it has received its own. From now on this process must touch nothing of it.
     *
     * @param before what this process has served
     */
    void commit(Report before) throws IOException {
        connection.send(HandOverConnection.YOURS, before.text());
    }

    /** Waits until it serves all front-ends. */
    Report awaitResumed(Duration patience) throws IOException {
        return Report.of(
                within(patience, () -> expect(HandOverConnection.RESUMED)).text());
    }

    private Frame expect(char type) throws IOException {
        Frame frame = connection.receive();
        frame.descriptors().forEach(descriptor -> descriptor.close());
        if (frame.type() == HandOverConnection.REFUSED) {
            throw new IOException(frame.text());
        }
        if (frame.type() != type) {
            throw new IOException("it answered with a frame of type " + (int) frame.type());
        }
        return frame;
    }

    private interface Step {
        Frame take() throws IOException;
    }

    private Frame within(Duration patience, Step step) throws IOException {
        ScheduledFuture<?> alarm = clock.schedule(() -> giveUp(patience), patience.toMillis(), TimeUnit.MILLISECONDS);
        try {
            return step.take();
        } catch (IOException e) {
            throw new IOException(explain(e), e);
        } finally {
            alarm.cancel(false);
        }
    }

    private void giveUp(Duration patience) {
        late = "it has not answered within " + patience.toSeconds() + " s";
        listener.close();
        HandOverConnection open = connection;
        if (open != null) {
            open.shutdown();
        }
    }

    private String explain(IOException e) {
        if (late != null) {
            return late;
        }
        try {
            if (e instanceof EOFException && process.hasEndedWithin(1)) {
                return process.end() + "; its messages are in the target's log";
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return e.getMessage();
    }

    /**
     * Ends the process, whatever it is doing.
     *
     * @return false if it does not end: then it may still touch what it has received
     */
    boolean kill() {
        process.kill();
        try {
            return process.hasEndedWithin(END_SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return !process.isAlive();
        }
    }

    /** Ends the conversation, not the process. */
    @Override
    public void close() {
        clock.shutdownNow();
        listener.close();
        HandOverConnection open = connection;
        if (open != null) {
            open.close();
        }
    }
}
