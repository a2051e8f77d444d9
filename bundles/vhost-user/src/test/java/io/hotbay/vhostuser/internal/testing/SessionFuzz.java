// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.testing;

import static io.hotbay.vhostuser.internal.testing.FrontEnd.longs;
import static io.hotbay.vhostuser.internal.testing.FrontEnd.words;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.EventFd;
import io.hotbay.linux.LinuxException;
import io.hotbay.linux.Memfd;
import io.hotbay.linux.UnixConnection;
import io.hotbay.linux.internal.Kernel;
import io.hotbay.vhostuser.internal.ring.Patience;
import io.hotbay.vhostuser.internal.ring.RingEnvironment;
import io.hotbay.vhostuser.internal.ring.RingTuning;
import io.hotbay.vhostuser.internal.session.DeviceSlot;
import io.hotbay.vhostuser.internal.session.FrontEndProcess;
import io.hotbay.vhostuser.internal.session.Session;
import io.hotbay.vhostuser.internal.session.SessionEnvironment;
import io.hotbay.vhostuser.internal.session.SessionLoop;
import io.hotbay.vhostuser.internal.wire.MessageHeader;
import io.hotbay.vhostuser.internal.wire.MessageType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bytes as a front-end's messages, to a real session over a socket pair. Whatever they are, the session must end by itself when they
 * do, without an error of the program, and leave neither descriptors nor mappings behind.
 *
 * <p>The input is a list of records:
 *
 * <pre>
 *   | id | control | descriptors | length | length bytes |
 *
 *   id           the message's number; {@link #GUEST_WRITE}: the bytes go to guest memory, at the offset of the first two;
 *                {@link #TRUNCATE}: the file of the kind is made as long as the first two bytes say, if it can be
 *   control      bit 0: NEED_REPLY     bit 1: another version     bit 2: the size in the header is too large by one
 *                bit 3: the bytes are XORed over a payload that makes sense, and descriptors are added that it needs
 *                bit 4: no header      bits 5 to 7: number of descriptors
 *   descriptors  the kind of the first one; each further one is of the next kind
 * </pre>
 */
public final class SessionFuzz {
    /** The id of a record that is no message. */
    public static final int GUEST_WRITE = 0xff;
    /** The id of another: a file that was handed over changes its length. */
    public static final int TRUNCATE = 0xfe;
    /** A kind: guest memory that cannot be sealed against that. */
    public static final int UNSEALABLE = 6;

    /** Control: the sender waits. */
    public static final int WAIT = 1;
    /** Control: the payload makes sense. */
    public static final int SENSIBLE = 8;

    private static final int OTHER_VERSION = 2;
    private static final int OTHER_SIZE = 4;
    private static final int NO_HEADER = 16;
    private static final int COUNT_SHIFT = 5;

    private static final String MEMORY = "fuzz";
    private static final long GUEST = 0x10000;
    private static final int MEMORY_SIZE = 0x10000;
    private static final long USER = 1L << 40;
    private static final int SHUT_WR = 1;
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private static final AtomicBoolean WARM = new AtomicBoolean();
    private static final TestReactors REACTORS = new TestReactors();
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "session-fuzz");
        thread.setDaemon(true);
        return thread;
    });

    private final ByteBuffer input;
    private final List<Descriptor> kinds = new ArrayList<>();
    private final UnixConnection[] pair = UnixConnection.pair();
    private final RecordingLogger log = new RecordingLogger();

    private SessionFuzz(byte[] input) throws LinuxException {
        this.input = ByteBuffer.wrap(input);
        kinds.add(Memfd.create(MEMORY, MEMORY_SIZE));
        kinds.add(Descriptor.adopt(EventFd.create().number()));
        UnixConnection[] sockets = UnixConnection.pair();
        kinds.add(Descriptor.adopt(sockets[0].number()));
        kinds.add(Descriptor.adopt(sockets[1].number()));
        kinds.add(Memfd.create(MEMORY, 100));
        kinds.add(Descriptor.open(Path.of("/dev/null"), Descriptor.O_RDWR, 0));
        Descriptor unsealable = Memfd.create(MEMORY, MEMORY_SIZE);
        unsealable.addSeals(Descriptor.F_SEAL_SEAL);
        kinds.add(unsealable);
    }

    /**
     * Runs one input.
     *
     * @throws AssertionError if the session did what no session may do
     */
    public static void fuzz(byte[] input) throws IOException {
        if (!WARM.getAndSet(true)) {
            // something is opened once and stays open
            new SessionFuzz(new byte[0]).run();
        }
        long descriptors = OpenFiles.descriptors();
        new SessionFuzz(input).run();
        if (OpenFiles.descriptors() != descriptors || OpenFiles.mappings(MEMORY) != 0) {
            // the thread of a device state that was given up takes a moment to see that
            Eventually.eventually(
                    "no descriptor and no mapping is left",
                    () -> OpenFiles.descriptors() == descriptors && OpenFiles.mappings(MEMORY) == 0);
        }
    }

    private void run() throws IOException {
        CompletableFuture<String> session = CompletableFuture.supplyAsync(this::serve, THREADS);
        CompletableFuture<Void> answers = CompletableFuture.runAsync(this::receive, THREADS);
        try {
            while (input.remaining() >= 4) {
                send();
            }
            Kernel.LIBC.shutdown(pair[0].number(), SHUT_WR);
        } catch (LinuxException e) {
            // the session has had enough
        }
        String reason = session.join();
        answers.join();
        pair[0].close();
        kinds.forEach(Descriptor::close);
        if (reason == null || log.lines().stream().anyMatch(line -> line.startsWith("error"))) {
            throw new AssertionError("the session ended: " + reason + "; it said " + log.lines());
        }
    }

    private String serve() {
        ReentrantLock lock = new ReentrantLock();
        DeviceSlot slot = new DeviceSlot();
        slot.fill(new RingEnvironment(
                REACTORS, new BitSet(), new TestVirtqueues(), new TestDevice(2), true, "a test", RingTuning.DEFAULT));
        Session session = new Session(
                0,
                new FrontEndProcess(0, 0, 0, "fuzz"),
                new SessionEnvironment(
                        "fuzz",
                        lock,
                        slot,
                        new Patience(LIMIT, LIMIT, log.logger()),
                        Runnable::run,
                        log.logger(),
                        Long.MAX_VALUE));
        try (EventFd interruption = EventFd.create()) {
            return new SessionLoop(pair[1], interruption, session, log.logger()).run();
        } catch (LinuxException e) {
            throw new IllegalStateException(e);
        } finally {
            lock.lock();
            try {
                session.close();
            } finally {
                lock.unlock();
                pair[1].close();
            }
        }
    }

    /** Nothing is made of the answers, but somebody must take them. */
    private void receive() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(0x10000);
        List<Descriptor> received = new ArrayList<>();
        try {
            while (pair[0].receive(bytes.clear(), received) >= 0) {
                received.forEach(Descriptor::close);
                received.clear();
            }
        } catch (IOException e) {
            // a connection that was closed with unread data is reset
            received.forEach(Descriptor::close);
        }
    }

    private void send() throws LinuxException {
        int id = input.get() & 0xff;
        int control = input.get();
        int kind = input.get() & 0xff;
        byte[] bytes = new byte[Math.min(input.get() & 0xff, input.remaining())];
        input.get(bytes);
        if (id == GUEST_WRITE) {
            writeToGuest(ByteBuffer.wrap(bytes));
            return;
        }
        if (id == TRUNCATE) {
            truncate(kinds.get(kind % kinds.size()), ByteBuffer.wrap(bytes));
            return;
        }
        List<Descriptor> attached = new ArrayList<>();
        byte[] payload = bytes;
        if ((control & SENSIBLE) != 0) {
            payload = sensible(MessageType.of(id), bytes, attached);
        }
        for (int i = 0; i < (control & 0xff) >>> COUNT_SHIFT; i++) {
            attached.add(kinds.get((kind + i) % kinds.size()));
        }
        ByteBuffer message = (control & NO_HEADER) != 0 ? ByteBuffer.wrap(payload) : message(id, control, payload);
        if (message.hasRemaining()) {
            sendAll(message, attached);
        }
    }

    private void sendAll(ByteBuffer message, List<Descriptor> attached) throws LinuxException {
        try {
            pair[0].send(message, attached);
        } catch (LinuxException e) {
            throw e;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void writeToGuest(ByteBuffer bytes) throws LinuxException {
        if (bytes.remaining() > 2) {
            int offset = bytes.getShort() & 0xffff;
            bytes.limit(Math.min(bytes.limit(), bytes.position() + MEMORY_SIZE - offset));
            kinds.get(0).pwrite(bytes, offset);
        }
    }

    private static void truncate(Descriptor file, ByteBuffer length) {
        try {
            file.truncate(length.remaining() < 2 ? 0 : length.getShort() & 0xffff);
        } catch (LinuxException refused) {
            // it is sealed, or no file
        }
    }

    private static ByteBuffer message(int id, int control, byte[] payload) {
        int flags = (control & OTHER_VERSION) != 0 ? 2 : MessageHeader.VERSION;
        int size = payload.length + ((control & OTHER_SIZE) != 0 ? 1 : 0);
        return ByteBuffer.allocate(MessageHeader.SIZE + payload.length)
                .order(ByteOrder.nativeOrder())
                .putInt(id)
                .putInt((control & WAIT) != 0 ? flags | MessageHeader.NEED_REPLY : flags)
                .putInt(size)
                .put(payload)
                .flip();
    }

    /** A payload as ordinary front-ends send it, changed here and there by what the input has. */
    private byte[] sensible(MessageType type, byte[] changes, List<Descriptor> attached) {
        ByteBuffer template = type == null ? longs() : template(type, attached);
        byte[] payload = new byte[template.remaining()];
        template.get(payload);
        for (int i = 0; i < Math.min(changes.length, payload.length); i++) {
            payload[i] ^= changes[i];
        }
        return payload;
    }

    private ByteBuffer template(MessageType type, List<Descriptor> attached) {
        Descriptor memory = kinds.get(0);
        Descriptor event = kinds.get(1);
        Descriptor socket = kinds.get(2);
        switch (type) {
            case SET_FEATURES:
                return longs(SessionBench.FEATURES | 1L << 26);
            case SET_PROTOCOL_FEATURES:
                return longs(-1);
            case SET_MEM_TABLE:
                attached.add(memory);
                return longs(1, GUEST, MEMORY_SIZE, USER, 0);
            case ADD_MEM_REG:
                attached.add(memory);
                return longs(0, GUEST, MEMORY_SIZE, USER, 0);
            case REM_MEM_REG:
                return longs(0, GUEST, MEMORY_SIZE, USER, 0);
            case SET_LOG_BASE:
                attached.add(memory);
                return longs(0x1000, 0x8000);
            case SET_LOG_FD:
                attached.add(event);
                return longs();
            case SET_VRING_ADDR:
                return longs(1L << 32, USER, USER + 0x400, USER + 0x800, GUEST);
            case SET_VRING_NUM:
                return words(0, GuestRing.SIZE);
            case SET_VRING_BASE, GET_VRING_BASE:
                return words(0, 0);
            case SET_VRING_ENABLE:
                return words(0, 1);
            case SET_VRING_KICK, SET_VRING_CALL, SET_VRING_ERR:
                attached.add(event);
                return longs(0);
            case SET_BACKEND_REQ_FD:
                attached.add(socket);
                return longs();
            case GET_CONFIG, SET_CONFIG:
                return words(0, 4, 0, 0);
            case GET_INFLIGHT_FD:
                return longs(0, 0, 2 | GuestRing.SIZE << 16);
            case SET_INFLIGHT_FD:
                attached.add(memory);
                return longs(0x4000, 0x4000, 2 | GuestRing.SIZE << 16);
            case SET_DEVICE_STATE_FD:
                attached.add(socket);
                return words(0, 0);
            case SET_STATUS:
                return longs(8);
            default:
                return longs();
        }
    }
}
