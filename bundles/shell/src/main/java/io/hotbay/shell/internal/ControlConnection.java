// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.UnixConnection;
import io.hotbay.target.TargetException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Job;

/**
 * One conversation on the control socket. Both directions carry frames, numbers big-endian:
 *
 * <pre>
 *   +------+--------+---------+
 *   | type | length | payload |
 *   |  u8  |  u32   |         |
 *   +------+--------+---------+
 *   from the client: D directory that names of files begin at, first if at all
 *                    X script to execute   T "columns rows type" opens a terminal   I terminal input, empty at its end
 *                    U "seconds home" has another process take this one's place
 *   to the client:   O output   R error output   Q "status" ends the conversation
 * </pre>
 */
final class ControlConnection {
    private static final int HEADER = 5;
    /** Longer than any script a person writes; shorter than what would hurt. */
    private static final int LIMIT = 1 << 20;

    private static final long PATIENCE_MILLIS = TimeUnit.SECONDS.toMillis(2);

    private final UnixConnection peer;
    private final ScriptRunner runner;
    private final InteractiveSession.Factory interactive;
    private final TargetServices services;
    private final Refreshes refreshes;
    /** Where the client is. */
    private volatile Path directory = Path.of("").toAbsolutePath();

    private volatile Thread worker;
    /** An upgrade stops this bundle, and goes on to its end whether anybody listens or not. */
    private volatile boolean upgrading;

    private volatile CommandSession session;
    /** Whether its own script has stopped this bundle: then that goes on too, for it may be about to start it again. */
    private volatile boolean ownDoing;
    /** Whoever sets it decides whether the command begins here or in the next life of this bundle. */
    private final AtomicBoolean decided = new AtomicBoolean();

    ControlConnection(
            UnixConnection peer,
            ScriptRunner runner,
            InteractiveSession.Factory interactive,
            TargetServices services,
            Refreshes refreshes) {
        this.refreshes = refreshes;
        this.peer = peer;
        this.services = services;
        this.runner = runner;
        this.interactive = interactive;
    }

    /** Reads the request, works on it in a thread of its own, and watches for the client's end meanwhile. */
    void serve() throws IOException {
        Frame request = receive();
        if (request != null && request.type == 'D') {
            directory = Path.of(request.text());
            request = receive();
        }
        if (request == null) {
            return;
        }
        String text = request.text();
        KeyInput keys = new KeyInput();
        switch (request.type) {
            case 'X' -> {
                refreshes.awaitIfAny();
                start(() -> execute(text));
            }
            case 'T' -> start(() -> interact(text, keys));
            case 'U' -> {
                refreshes.await();
                upgrading = true;
                start(() -> upgrade(text));
            }
            default -> throw new IOException("a control client sent frame type " + request.type);
        }
        for (Frame frame = receive(); frame != null; frame = receive()) {
            if (frame.type == 'I') {
                keys.offer(frame.payload);
            }
        }
        keys.close();
        // The client is gone, or has been told the end: what still runs for it has nobody to run for.
        Thread running = worker;
        if (running != null && !upgrading && !ownDoing) {
            running.interrupt();
        }
    }

    /** Called when the bundle stops: a command that is just ending may still tell its status, one that has not begun is for the next life. */
    void close() {
        if (decided.compareAndSet(false, true)) {
            sendAgain();
            return;
        }
        if (upgrading) {
            return;
        }
        Job job = Job.Utils.current();
        ownDoing = job != null && job.session() == session;
        try {
            Thread running = worker;
            if (running != null && !ownDoing) {
                running.join(PATIENCE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        peer.shutdown();
    }

    /** Gives the socket back. */
    void end() {
        peer.close();
    }

    private void sendAgain() {
        try {
            send('W', new byte[0], 0, 0);
        } catch (IOException e) {
            // The client is gone.
        }
        peer.shutdown();
    }

    private void start(Runnable work) {
        if (!decided.compareAndSet(false, true)) {
            return;
        }
        Thread thread = new Thread(work, "hotbay-control-command");
        thread.setDaemon(true);
        worker = thread;
        thread.start();
    }

    private void execute(String script) {
        PrintStream out = ScriptRunner.printer(new FrameOutput('O'));
        PrintStream err = ScriptRunner.printer(new FrameOutput('R'));
        CommandSession own = runner.open(new ByteArrayInputStream(new byte[0]), out, err);
        own.currentDir(directory);
        session = own;
        try {
            quit(runner.run(own, script, out, err));
        } finally {
            own.close();
        }
    }

    private void interact(String terminal, KeyInput keys) {
        String[] words = terminal.split(" ", 3);
        try {
            int columns = Integer.parseInt(words[0]);
            int rows = Integer.parseInt(words[1]);
            interactive
                    .remote(keys, new FrameOutput('O'), columns, rows, words[2])
                    .run(directory);
            quit(ScriptRunner.OK);
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            ScriptRunner.printer(new FrameOutput('R')).println("hotbay: no terminal: " + e.getMessage());
            quit(ScriptRunner.FAILED);
        }
    }

    private void upgrade(String request) {
        PrintStream out = ScriptRunner.printer(new FrameOutput('O'));
        Runnable leave;
        try {
            String[] words = request.split(" ", 2);
            Duration patience = Duration.ofSeconds(Long.parseLong(words[0]));
            Optional<Path> home = words[1].isEmpty() ? Optional.empty() : Optional.of(Path.of(words[1]));
            leave = services.upgrade().upgrade(home, patience, line -> {
                out.println(line);
                out.flush();
            });
        } catch (TargetException | ShellException | RuntimeException e) {
            PrintStream err = ScriptRunner.printer(new FrameOutput('R'));
            err.println("hotbay: " + (e.getMessage() == null ? e : e.getMessage()));
            err.flush();
            quit(ScriptRunner.FAILED);
            return;
        }
        quit(ScriptRunner.OK);
        leave.run();
    }

    private void quit(int status) {
        try {
            send(
                    'Q',
                    Integer.toString(status).getBytes(StandardCharsets.UTF_8),
                    0,
                    Integer.toString(status).length());
            // Wakes the thread that waits for the client.
            peer.shutdown();
        } catch (IOException e) {
            // The client did not wait for the status.
            peer.shutdown();
        }
    }

    private Frame receive() throws IOException {
        List<Descriptor> strays = new ArrayList<>();
        try {
            ByteBuffer header = ByteBuffer.allocate(HEADER);
            if (!peer.receiveFully(header, strays)) {
                return null;
            }
            header.flip();
            byte type = header.get();
            int length = header.getInt();
            if (length < 0 || length > LIMIT) {
                throw new IOException("a control frame of " + Integer.toUnsignedString(length) + " bytes is too long");
            }
            ByteBuffer payload = ByteBuffer.allocate(length);
            if (length > 0 && !peer.receiveFully(payload, strays)) {
                return null;
            }
            return new Frame((char) type, payload.array());
        } finally {
            strays.forEach(Descriptor::close);
        }
    }

    private synchronized void send(char type, byte[] bytes, int offset, int length) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(HEADER + length);
        frame.put((byte) type).putInt(length).put(bytes, offset, length).flip();
        peer.send(frame, List.of());
    }

    private record Frame(char type, byte[] payload) {
        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }
    }

    /** Sends what is written as frames. */
    private final class FrameOutput extends OutputStream {
        private final char type;

        FrameOutput(char type) {
            this.type = type;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (length > 0) {
                send(type, bytes, offset, length);
            }
        }
    }
}
