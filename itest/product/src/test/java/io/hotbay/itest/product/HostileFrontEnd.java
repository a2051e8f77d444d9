// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import io.hotbay.frontend.BlockQueue;
import io.hotbay.frontend.BlockRequestType;
import io.hotbay.frontend.DescriptorChain;
import io.hotbay.frontend.DeviceFeatures;
import io.hotbay.frontend.DirtyLog;
import io.hotbay.frontend.FrontendConnection;
import io.hotbay.frontend.FrontendMemory;
import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendQueue;
import io.hotbay.frontend.FrontendRegion;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.Message;
import io.hotbay.frontend.MessageSocket;
import io.hotbay.frontend.RingLayout;
import io.hotbay.frontend.SessionOptions;
import io.hotbay.frontend.SplitRingDriver;
import io.hotbay.frontend.VhostUserRequest;
import io.hotbay.linux.Descriptor;
import io.hotbay.linux.EventFd;
import io.hotbay.linux.LinuxException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** A front-end that does what no front-end should. Each method is one connection or several, all closed when it returns. */
final class HostileFrontEnd {
    private static final int BLOCK = 4096;
    private static final int PIECE = 60 * 1024;
    /** Bytes of SET_VRING_ADDR's payload. */
    private static final int ADDRESSES = 40;
    /** What comes after the last message that anybody knows. */
    private static final int FIRST_UNKNOWN = 100;

    private static final int LAST_KNOWN = 44;
    private static final long FAR = 1L << 32;
    private static final int FAR_SIZE = 16 << 20;

    private static final int TRANSFER = 256 << 10;
    /** Rounds of transfers before the memory goes. */
    private static final int TRANSFERS = 20;

    private static final int CHAIN = 3;
    private static final int OVERWRITES = 30;
    /** Reads into one ring. */
    private static final int DEPTH = 8;

    private static final int ANSWER_MILLIS = 20;
    private static final int STORMS = 2000;
    /** Bytes of SET_LOG_BASE's payload. */
    private static final int LOG = 16;
    /** Requests under way while a log is replaced. */
    private static final int FLUSHES = 8;

    private static final long PATIENCE_NANOS = 60_000_000_000L;
    /** How often the target is told of a ring that is no longer there. */
    private static final int KICKS = 50;

    private final Path socket;
    private final Random random;

    HostileFrontEnd(Path socket, long seed) {
        this.socket = socket;
        random = new Random(seed);
    }

    // ---- memory

    /** Truncates the file that a running ring lies in. */
    void truncateRing() throws IOException, InterruptedException {
        try (FrontendSession session = FrontendProfile.FIRECRACKER.connect(socket, SessionOptions.DEFAULT)) {
            preventSealing(session.memory().regions().get(0));
            session.start();
            FrontendQueue queue = session.queues().get(0);
            session.driver(0).read(0, BLOCK);
            truncate(session.memory().regions().get(0));
            // From now on this side must not touch it either.
            for (int i = 0; i < KICKS; i++) {
                queue.kickEvent().signal();
                Thread.sleep(1);
            }
        }
    }

    /** Truncates the file that data is transferred to; returns when the target has noticed, one way or the other. */
    void truncateDataUnderLoad() throws IOException {
        try (FrontendSession session = FrontendProfile.QEMU_7_2.connect(socket, SessionOptions.DEFAULT)) {
            // The queues first, as they take their memory where there is most.
            session.makeQueues();
            FrontendRegion data = session.memory().add(FAR, FAR_SIZE);
            preventSealing(data);
            session.start();
            FrontendQueue queue = session.queues().get(0);
            queue.setError(session.connection());
            long deadline = System.nanoTime() + PATIENCE_NANOS;
            for (int i = 0; transfer(queue, data, i); i++) {
                if (i == TRANSFERS) {
                    truncate(data);
                }
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("requests without memory neither failed nor broke the ring");
                }
            }
        }
    }

    /** Keeps requests in flight; returns false when one has failed or the ring is broken. */
    private static boolean transfer(FrontendQueue queue, FrontendRegion data, int round) throws IOException {
        BlockQueue blocks = queue.blocks();
        while (blocks.ring().free() >= CHAIN) {
            long at = data.guestAddress() + (long) TRANSFER * (blocks.ring().nextId() % (FAR_SIZE / TRANSFER));
            blocks.submit(round % 2 == 0 ? BlockRequestType.IN : BlockRequestType.OUT, 0, at, TRANSFER);
        }
        blocks.flush();
        if (blocks.staysIdle(1)) {
            return queue.errorEvent().drain() == 0;
        }
        for (int tag = blocks.reap(); tag >= 0; tag = blocks.reap()) {
            if (blocks.status(tag) != BlockRequestType.OK) {
                return false;
            }
        }
        return true;
    }

    /** Has data transferred to hugepages that do not exist, though their file is as large as it should be. Closes that. */
    void useMissingHugepages(MissingHugepages pages) throws IOException {
        try (FrontendSession session = FrontendProfile.QEMU_7_2.connect(socket, SessionOptions.DEFAULT)) {
            session.makeQueues();
            FrontendRegion data = session.memory().add(pages.file(), 0, FAR, pages.size());
            session.start();
            FrontendQueue queue = session.queues().get(0);
            queue.setError(session.connection());
            long deadline = System.nanoTime() + PATIENCE_NANOS;
            for (int i = 0; transfer(queue, data, i); i++) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("requests without memory neither failed nor broke the ring");
                }
            }
        }
    }

    /** Truncates the file that a running ring lies in, which the target is free to seal; returns whether that was possible. */
    boolean truncateSealable() throws IOException {
        try (FrontendSession session = FrontendProfile.FIRECRACKER.open(socket)) {
            // Nothing acknowledges the memory table; when a request is answered, the target has it.
            session.driver(0).read(0, BLOCK);
            truncate(session.memory().regions().get(0));
            return true;
        } catch (LinuxException refused) {
            return false;
        }
    }

    /** A target that seals its guests' memory against truncation is not to be helped by that here. */
    private static void preventSealing(FrontendRegion region) throws LinuxException {
        region.descriptor().addSeals(Descriptor.F_SEAL_SEAL);
    }

    private static void truncate(FrontendRegion region) throws LinuxException {
        region.descriptor().truncate(0);
    }

    // ---- rings

    /** Has the available index jump by more than the ring has; waits until the target says that the ring is broken. */
    void breakRing() throws IOException, InterruptedException {
        try (FrontendSession session = FrontendProfile.QEMU_10.open(socket)) {
            FrontendQueue queue = session.queues().get(0);
            queue.setError(session.connection());
            SplitRingDriver ring = queue.splitRing();
            ring.publishIndex(ring.availableIndex() + ring.size() + 1);
            queue.kickEvent().signal();
            for (int i = 0; i < 10_000 && queue.errorEvent().drain() == 0; i++) {
                Thread.sleep(1);
            }
        }
    }

    /** Reads random content from the disk to where the ring lies; each round on a new connection, as few rings go on after that. */
    void overwriteRing() throws IOException {
        byte[] content = new byte[BLOCK];
        for (int i = 0; i < OVERWRITES; i++) {
            try (FrontendSession session = FrontendProfile.QEMU_10.open(socket)) {
                random.nextBytes(content);
                session.driver(0).write(0, content);
                BlockQueue blocks = session.queues().get(0).blocks();
                RingLayout layout = blocks.ring().layout();
                long[] parts = {layout.descriptors(), layout.available(), layout.used()};
                for (int j = 0; j < DEPTH; j++) {
                    int length = 512 << random.nextInt(4);
                    blocks.submit(BlockRequestType.IN, 0, parts[random.nextInt(parts.length)], length);
                }
                blocks.flush();
                blocks.staysIdle(ANSWER_MILLIS);
            }
        }
    }

    /** Kicks a ring without end, with a little to do for each kick, for a while. */
    Void storm(int depth) throws IOException {
        try (FrontendSession session = FrontendProfile.QEMU_10.open(socket)) {
            FrontendQueue queue = session.queues().get(0);
            BlockQueue blocks = queue.blocks();
            for (int i = 0; i < STORMS; i++) {
                int under = 0;
                while (under < depth) {
                    blocks.submit(BlockRequestType.FLUSH, 0, 0, 0);
                    blocks.flush();
                    under++;
                }
                while (under > 0) {
                    queue.kickEvent().signal();
                    under -= blocks.reap() >= 0 ? 1 : 0;
                }
            }
            return null;
        }
    }

    /** Sends chains of random addresses, lengths and directions, as far as the ring goes on with them. */
    void sendRandomChains(int count) throws IOException {
        try (FrontendSession session = FrontendProfile.CROSVM.open(socket)) {
            BlockQueue blocks = session.queues().get(0).blocks();
            for (int i = 0; i < count; i++) {
                DescriptorChain chain = new DescriptorChain();
                for (int j = 0; j <= random.nextInt(4); j++) {
                    long address = random.nextBoolean() ? random.nextInt(1 << 24) : random.nextLong();
                    chain.add(address, random.nextInt(1 << random.nextInt(31)), random.nextBoolean());
                }
                blocks.submitRaw(chain);
                blocks.flush();
                if (blocks.staysIdle(20)) {
                    return;
                }
                while (blocks.reap() >= 0) {
                    continue;
                }
            }
        }
    }

    // ---- the dirty log

    /**
     * Hands over logs of any size at any place, and files that can be none, with the used ring logged anywhere, while requests are under
     * way. Only what can be a log may be accepted, and nothing may be written beside it.
     */
    void logAnywhere(int rounds) throws IOException {
        try (FrontendSession session = FrontendProfile.QEMU_10.open(socket)) {
            session.connection().needReplyFor(request -> true);
            session.connection().setFeatures(session.features() | DeviceFeatures.LOG_ALL);
            BlockQueue blocks = session.queues().get(0).blocks();
            for (int i = 0; i < rounds; i++) {
                long size = 1 + random.nextInt(1 << random.nextInt(14));
                try (DirtyLog log = DirtyLog.ofSize(size, 8L * random.nextInt(1000))) {
                    for (int j = 0; j < FLUSHES; j++) {
                        blocks.submit(BlockRequestType.FLUSH, 0, 0, 0);
                    }
                    blocks.flush();
                    boolean accepted = handOver(session.connection(), log);
                    logUsedRingAnywhere(session);
                    for (int j = 0; j < FLUSHES; j++) {
                        blocks.await();
                    }
                    session.driver(0).read(0, BLOCK);
                    if (accepted && !log.isCleanAround()) {
                        throw new AssertionError("the target has written beside a log of " + size + " bytes");
                    }
                }
            }
        }
    }

    /** Returns whether it can be a log, and has been accepted. */
    private boolean handOver(FrontendConnection connection, DirtyLog log) throws IOException {
        long behind = log.offset() + log.size() + DirtyLog.PAGE;
        switch (random.nextInt(10)) {
            case 0 -> expectLog(connection, log.file(), behind + 1, 0, false);
            case 1 -> expectLog(connection, log.file(), log.size(), log.offset() | 1 + random.nextInt(7), false);
            case 2 -> expectLog(connection, log.file(), -random.nextInt(2), log.offset(), false);
            case 3 -> expectLog(connection, log.file(), random.nextLong() | 1L << 32, random.nextLong(), false);
            case 4 -> {
                log.file().truncate(random.nextInt((int) log.size()) + log.offset());
                expectLog(connection, log.file(), log.size(), log.offset(), false);
            }
            case 5 -> {
                log.file().addSeals(Descriptor.F_SEAL_SEAL);
                expectLog(connection, log.file(), log.size(), log.offset(), false);
            }
            case 6 -> {
                try (EventFd event = EventFd.create()) {
                    expectLog(connection, Descriptor.adopt(event.number()), log.size(), log.offset(), false);
                }
            }
            default -> {
                expectLog(connection, log.file(), log.size(), log.offset(), true);
                return true;
            }
        }
        return false;
    }

    private static void expectLog(
            FrontendConnection connection, Descriptor file, long size, long offset, boolean accepted)
            throws IOException {
        ByteBuffer description = MessageSocket.payload(LOG).putLong(0, size).putLong(8, offset);
        try (Message answer = connection.call(VhostUserRequest.SET_LOG_BASE, description, List.of(file))) {
            if ((answer.payload().remaining() == LOG) != accepted) {
                throw new AssertionError(
                        "a log of " + size + " at " + offset + " is " + (accepted ? "refused" : "accepted"));
            }
        }
    }

    private void logUsedRingAnywhere(FrontendSession session) throws IOException {
        RingLayout layout = session.queues().get(0).ring().layout();
        session.connection()
                .setVringAddr(
                        0,
                        FrontendConnection.LOG_RING,
                        session.memory().userAddress(layout.descriptors()),
                        session.memory().userAddress(layout.used()),
                        session.memory().userAddress(layout.available()),
                        random.nextBoolean() ? random.nextInt(1 << 28) : random.nextLong());
    }

    // ---- the socket

    /** Sends so many bytes of a message, with or without a descriptor. */
    void sendPart(int length, boolean withDescriptor) throws IOException {
        ByteBuffer message = MessageSocket.payload(Message.HEADER + ADDRESSES);
        message.putInt(0, VhostUserRequest.SET_VRING_ADDR)
                .putInt(4, Message.VERSION)
                .putInt(8, ADDRESSES);
        byte[] part = new byte[length];
        message.get(0, part);
        try (MessageSocket connection = MessageSocket.connect(socket);
                EventFd attached = EventFd.create()) {
            connection.sendRaw(part, withDescriptor ? List.of(Descriptor.adopt(attached.number())) : List.of());
        }
    }

    /** Sends two messages with so many descriptors each. */
    void sendDescriptors(int request, int count) throws IOException {
        try (MessageSocket connection = MessageSocket.connect(socket);
                EventFd one = EventFd.create()) {
            List<Descriptor> attached = Collections.nCopies(count, Descriptor.adopt(one.number()));
            try {
                connection.send(request, Message.VERSION, MessageSocket.payload(8), attached);
                connection.send(VhostUserRequest.SET_VRING_KICK, Message.VERSION, MessageSocket.payload(8), attached);
            } catch (LinuxException closed) {
                // It need not read the second message after the first.
            }
        }
    }

    /** Connects and closes. */
    void connect(int times) throws IOException {
        for (int i = 0; i < times; i++) {
            MessageSocket.connect(socket).close();
        }
    }

    /** Asks for the configuration space and reads no answer, until nothing goes out any more or the connection is closed. */
    static void askWithoutReading(MessageSocket connection) {
        int size = 256;
        ByteBuffer question = MessageSocket.payload(Message.HEADER + size).putInt(4, size);
        try {
            while (true) {
                connection.send(VhostUserRequest.GET_CONFIG, Message.VERSION, question, List.of());
            }
        } catch (IOException closed) {
            return;
        }
    }

    // ---- garbage

    /** Sends random bytes, on a new connection whenever one is closed. */
    void sendRandomBytes(long count) throws IOException {
        byte[] piece = new byte[PIECE];
        for (long sent = 0; sent < count; sent += PIECE) {
            random.nextBytes(piece);
            try (MessageSocket connection = MessageSocket.connect(socket)) {
                connection.sendRaw(piece, List.of());
            } catch (LinuxException closed) {
                // It need not read all of it.
            }
        }
    }

    /** Sends unknown messages with random content, each of which is refused in an acknowledgement. */
    void sendUnknownMessages(long bytes) throws IOException {
        try (MessageSocket connection = MessageSocket.connect(socket)) {
            for (long sent = 0; sent < bytes; ) {
                byte[] content = new byte[random.nextInt(4096)];
                random.nextBytes(content);
                connection.send(
                        FIRST_UNKNOWN + random.nextInt(50),
                        Message.VERSION | Message.NEED_REPLY,
                        ByteBuffer.wrap(content),
                        List.of());
                connection.receive().close();
                sent += Message.HEADER + content.length;
            }
        }
    }

    /** Sends known messages with content that is wrong more often than not, until the connection is closed. */
    void sendKnownMessages(int most) throws IOException {
        try (MessageSocket connection = MessageSocket.connect(socket);
                EventFd event = EventFd.create();
                FrontendMemory memory = FrontendMemory.ordinaryPages()) {
            Descriptor file = memory.add(0, 1 << 16).descriptor();
            for (int i = 0; i < most; i++) {
                List<Descriptor> attached =
                        switch (random.nextInt(3)) {
                            case 0 -> List.of();
                            case 1 -> List.of(Descriptor.adopt(event.number()));
                            default -> List.of(file);
                        };
                connection.send(
                        1 + random.nextInt(LAST_KNOWN),
                        Message.VERSION | Message.NEED_REPLY,
                        ByteBuffer.wrap(content()),
                        attached);
                connection.receive().close();
            }
        } catch (IOException closed) {
            return;
        }
    }

    /** Any bytes, or words of which each is small. */
    private byte[] content() {
        byte[] content = new byte[random.nextInt(3) == 0 ? random.nextInt(300) : 8 * random.nextInt(9)];
        random.nextBytes(content);
        boolean small = random.nextBoolean();
        for (int i = 0; small && i < content.length; i++) {
            content[i] = i % 8 == 0 ? content[i] : 0;
        }
        return content;
    }

    /** Any of all that, in a small dose. */
    void doAnything() throws IOException, InterruptedException {
        switch (random.nextInt(11)) {
            case 0 -> breakRing();
            case 1 -> sendPart(1 + random.nextInt(Message.HEADER + ADDRESSES - 1), random.nextBoolean());
            case 2 -> sendDescriptors(VhostUserRequest.SET_MEM_TABLE, 1 + random.nextInt(253));
            case 3 -> connect(20);
            case 4 -> sendRandomBytes(1 << 20);
            case 5 -> sendKnownMessages(50);
            case 6 -> truncateRing();
            case 7 -> truncateDataUnderLoad();
            case 8 -> logAnywhere(5);
            case 9 -> {
                Optional<MissingHugepages> pages = MissingHugepages.ofSomeSize();
                if (pages.isPresent()) {
                    useMissingHugepages(pages.get());
                }
            }
            default -> sendRandomChains(20);
        }
    }
}
