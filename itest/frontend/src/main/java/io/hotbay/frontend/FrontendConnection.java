// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import static io.hotbay.frontend.VhostUserRequest.*;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.EventFd;
import io.hotbay.linux.UnixConnection;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * The front-end's end of a vhost-user connection: one method for each message a storage session needs, each of which does
 * what the message asks for: sends, awaits the answer where there is one, checks it as strictly as the front-ends that
 * exist. For one thread at a time.
 */
public final class FrontendConnection implements AutoCloseable {
    /** Flags of an answer, exactly: version 1 and REPLY. QEMU and SPDK take nothing else. */
    public static final int REPLY_FLAGS = Message.VERSION | Message.REPLY;

    /** Bit of a ring's descriptor message that says there is no descriptor. */
    public static final int NO_DESCRIPTOR = 1 << 8;

    /** Flag of SET_VRING_ADDR: writes to the ring are to be logged too. */
    public static final int LOG_RING = 1;

    /** Direction of a device state: from the back-end to this side. */
    public static final int SAVE = 0;
    /** Direction of a device state: from this side to the back-end. */
    public static final int LOAD = 1;

    /** Bit of the answer to SET_DEVICE_STATE_FD that says that no descriptor comes with it. */
    private static final long STATE_NO_DESCRIPTOR = 1 << 8;
    /** Bits of that answer that hold an error. */
    private static final long STATE_ERROR = 0xff;

    /** Bytes of the figures before the configuration space's content: offset, size, flags. */
    private static final int CONFIG_HEADER = 12;
    /** Bytes of a structure with an index and a figure ("vring state"). */
    private static final int VRING_STATE = 8;
    /** Bytes of the addresses of a ring. */
    private static final int VRING_ADDR = 40;
    /** Bytes of one region in a table. */
    private static final int REGION = 32;
    /** Bytes of the description of an in-flight region, padding included. */
    private static final int INFLIGHT = 24;
    /** Bytes of the description of a dirty log: size and offset. */
    private static final int LOG = 16;
    /** Bytes of the description of a device state's transfer: direction and phase. */
    private static final int DEVICE_STATE = 8;

    private static final ByteBuffer NOTHING = MessageSocket.payload(0);

    private final MessageSocket socket;
    private IntPredicate needReply = request -> false;
    private boolean needReplyMayEcho;

    private FrontendConnection(MessageSocket socket) {
        this.socket = socket;
    }

    /** Connects to a listening back-end. */
    public static FrontendConnection connect(Path path) throws IOException {
        return new FrontendConnection(MessageSocket.connect(path));
    }

    /** Takes over a connection, for example one half of a pair. */
    public static FrontendConnection over(UnixConnection connection) throws IOException {
        return new FrontendConnection(MessageSocket.over(connection));
    }

    /** The socket itself, for messages that no front-end would send. */
    public MessageSocket socket() {
        return socket;
    }

    /** Says which messages are sent with NEED_REPLY from now on; those without an own answer are then acknowledged. */
    public void needReplyFor(IntPredicate requests) {
        needReply = requests;
    }

    /** Accepts answers that still carry NEED_REPLY, as the front-ends made from rust-vmm do. */
    public void tolerateNeedReplyInAnswers() {
        needReplyMayEcho = true;
    }

    // ---- sending and receiving

    /** Sends a message and awaits its own answer. */
    public Message call(int request, ByteBuffer payload, List<Descriptor> attached) throws IOException {
        socket.send(request, flagsOf(request), payload, attached);
        return answer(request);
    }

    /** Sends a message without an own answer; awaits the acknowledgement if the message is one of {@link #needReplyFor}. */
    public void command(int request, ByteBuffer payload, List<Descriptor> attached) throws IOException {
        int flags = flagsOf(request);
        socket.send(request, flags, payload, attached);
        if ((flags & Message.NEED_REPLY) != 0) {
            acknowledgement(request);
        }
    }

    /** Sends a message with NEED_REPLY whatever {@link #needReplyFor} says, and awaits its acknowledgement. */
    public void acknowledgedCommand(int request, ByteBuffer payload, List<Descriptor> attached) throws IOException {
        socket.send(request, Message.VERSION | Message.NEED_REPLY, payload, attached);
        acknowledgement(request);
    }

    private int flagsOf(int request) {
        return needReply.test(request) ? Message.VERSION | Message.NEED_REPLY : Message.VERSION;
    }

    private void acknowledgement(int request) throws IOException {
        long code;
        try (Message answer = answer(request)) {
            code = u64(answer);
        }
        if (code != 0) {
            throw new RequestRefusedException(request, code);
        }
    }

    private Message answer(int request) throws IOException {
        Message answer;
        try {
            answer = socket.receive();
        } catch (EOFException closed) {
            throw new EOFException("the back-end closed the connection instead of answering " + name(request));
        } catch (SocketTimeoutException silence) {
            throw new SocketTimeoutException(name(request) + " was not answered: " + silence.getMessage());
        }
        if (answer.request() != request) {
            answer.close();
            throw new ProtocolViolationException(
                    "answer to " + name(request) + " carries the id of " + name(answer.request()));
        }
        int flags = needReplyMayEcho ? answer.flags() & ~Message.NEED_REPLY : answer.flags();
        if (flags != REPLY_FLAGS) {
            answer.close();
            throw new ProtocolViolationException("answer to " + name(request) + " has flags 0x"
                    + Integer.toHexString(answer.flags()) + " instead of 0x" + Integer.toHexString(REPLY_FLAGS));
        }
        return answer;
    }

    private static long u64(Message answer) throws IOException {
        requireSize(answer, Long.BYTES);
        return answer.u64();
    }

    private static void requireSize(Message answer, int size) throws IOException {
        if (answer.payload().limit() != size) {
            throw new ProtocolViolationException("answer to " + name(answer.request()) + " has "
                    + answer.payload().limit() + " bytes instead of " + size);
        }
    }

    private long query(int request) throws IOException {
        try (Message answer = call(request, NOTHING, List.of())) {
            return u64(answer);
        }
    }

    private static ByteBuffer figure(long value) {
        return MessageSocket.payload(Long.BYTES).putLong(0, value);
    }

    private static ByteBuffer vringState(int index, int num) {
        return MessageSocket.payload(VRING_STATE).putInt(0, index).putInt(4, num);
    }

    // ---- features

    /** GET_FEATURES. */
    public long getFeatures() throws IOException {
        return query(GET_FEATURES);
    }

    /** SET_FEATURES. */
    public void setFeatures(long features) throws IOException {
        command(SET_FEATURES, figure(features), List.of());
    }

    /** GET_PROTOCOL_FEATURES. */
    public long getProtocolFeatures() throws IOException {
        return query(GET_PROTOCOL_FEATURES);
    }

    /** SET_PROTOCOL_FEATURES. */
    public void setProtocolFeatures(long features) throws IOException {
        command(SET_PROTOCOL_FEATURES, figure(features), List.of());
    }

    // ---- session

    /** SET_OWNER. */
    public void setOwner() throws IOException {
        command(SET_OWNER, NOTHING, List.of());
    }

    /** RESET_OWNER, which is deprecated. */
    public void resetOwner() throws IOException {
        command(RESET_OWNER, NOTHING, List.of());
    }

    /** RESET_DEVICE. */
    public void resetDevice() throws IOException {
        command(RESET_DEVICE, NOTHING, List.of());
    }

    /** GET_STATUS. */
    public long getStatus() throws IOException {
        return query(GET_STATUS);
    }

    /** SET_STATUS. */
    public void setStatus(long status) throws IOException {
        command(SET_STATUS, figure(status), List.of());
    }

    /** GET_QUEUE_NUM. */
    public long getQueueNum() throws IOException {
        return query(GET_QUEUE_NUM);
    }

    /** GET_MAX_MEM_SLOTS. */
    public long getMaxMemSlots() throws IOException {
        return query(GET_MAX_MEM_SLOTS);
    }

    /** SET_BACKEND_REQ_FD: hands over the socket that the back-end sends its own messages to. */
    public void setBackendReqFd(Descriptor channel) throws IOException {
        command(SET_BACKEND_REQ_FD, NOTHING, List.of(channel));
    }

    // ---- configuration space

    /** GET_CONFIG: demands an answer with offset and size as asked. */
    public byte[] getConfig(int offset, int size, int flags) throws IOException {
        ByteBuffer payload = MessageSocket.payload(CONFIG_HEADER + size);
        payload.putInt(0, offset).putInt(4, size).putInt(8, flags);
        try (Message answer = call(GET_CONFIG, payload, List.of())) {
            requireSize(answer, CONFIG_HEADER + size);
            int answeredOffset = answer.payload().getInt(0);
            int answeredSize = answer.payload().getInt(4);
            if (answeredOffset != offset || answeredSize != size) {
                throw new ProtocolViolationException("answer to GET_CONFIG of " + size + " bytes at " + offset
                        + " is for " + answeredSize + " bytes at " + answeredOffset);
            }
            byte[] content = new byte[size];
            answer.payload().get(CONFIG_HEADER, content);
            return content;
        }
    }

    /** SET_CONFIG. */
    public void setConfig(int offset, int flags, byte[] content) throws IOException {
        ByteBuffer payload = MessageSocket.payload(CONFIG_HEADER + content.length);
        payload.putInt(0, offset).putInt(4, content.length).putInt(8, flags).put(CONFIG_HEADER, content);
        command(SET_CONFIG, payload, List.of());
    }

    // ---- memory

    /** SET_MEM_TABLE. */
    public void setMemTable(List<FrontendRegion> regions) throws IOException {
        ByteBuffer payload = MessageSocket.payload(8 + REGION * regions.size());
        payload.putInt(0, regions.size());
        for (int i = 0; i < regions.size(); i++) {
            describe(regions.get(i), payload, 8 + REGION * i);
        }
        command(
                SET_MEM_TABLE,
                payload,
                regions.stream().map(FrontendRegion::descriptor).toList());
    }

    /** ADD_MEM_REG. */
    public void addMemReg(FrontendRegion region) throws IOException {
        command(ADD_MEM_REG, singleRegion(region), List.of(region.descriptor()));
    }

    /** REM_MEM_REG, with the region's descriptor or without. */
    public void remMemReg(FrontendRegion region, boolean withDescriptor) throws IOException {
        command(REM_MEM_REG, singleRegion(region), withDescriptor ? List.of(region.descriptor()) : List.of());
    }

    private static ByteBuffer singleRegion(FrontendRegion region) {
        ByteBuffer payload = MessageSocket.payload(8 + REGION);
        describe(region, payload, 8);
        return payload;
    }

    private static void describe(FrontendRegion region, ByteBuffer payload, int at) {
        payload.putLong(at, region.guestAddress())
                .putLong(at + 8, region.size())
                .putLong(at + 16, region.userAddress())
                .putLong(at + 24, region.fileOffset());
    }

    // ---- rings

    /** SET_VRING_NUM. */
    public void setVringNum(int index, int size) throws IOException {
        command(SET_VRING_NUM, vringState(index, size), List.of());
    }

    /** SET_VRING_BASE. */
    public void setVringBase(int index, int base) throws IOException {
        command(SET_VRING_BASE, vringState(index, base), List.of());
    }

    /** GET_VRING_BASE: stops a ring and tells where it stopped. */
    public int getVringBase(int index) throws IOException {
        try (Message answer = call(GET_VRING_BASE, vringState(index, 0), List.of())) {
            requireSize(answer, VRING_STATE);
            if (answer.payload().getInt(0) != index) {
                throw new ProtocolViolationException("answer to GET_VRING_BASE of ring " + index + " is for ring "
                        + answer.payload().getInt(0));
            }
            return answer.payload().getInt(4);
        }
    }

    /** SET_VRING_ADDR: addresses of the front-end's own address space, and the used ring's guest address for the log. */
    public void setVringAddr(int index, int flags, long descriptors, long used, long available, long log)
            throws IOException {
        ByteBuffer payload = MessageSocket.payload(VRING_ADDR);
        payload.putInt(0, index).putInt(4, flags);
        payload.putLong(8, descriptors).putLong(16, used).putLong(24, available).putLong(32, log);
        command(SET_VRING_ADDR, payload, List.of());
    }

    /** SET_VRING_KICK; null for none. */
    public void setVringKick(int index, EventFd kick) throws IOException {
        ringDescriptor(SET_VRING_KICK, index, kick);
    }

    /** SET_VRING_CALL; null for none. */
    public void setVringCall(int index, EventFd call) throws IOException {
        ringDescriptor(SET_VRING_CALL, index, call);
    }

    /** SET_VRING_ERR; null for none. */
    public void setVringErr(int index, EventFd error) throws IOException {
        ringDescriptor(SET_VRING_ERR, index, error);
    }

    private void ringDescriptor(int request, int index, EventFd event) throws IOException {
        if (event == null) {
            command(request, figure(index | NO_DESCRIPTOR), List.of());
        } else {
            command(request, figure(index), List.of(Descriptor.adopt(event.number())));
        }
    }

    /** SET_VRING_ENABLE: 1, or 0 to disable; some front-ends have other figures for 1. */
    public void setVringEnable(int index, int enable) throws IOException {
        command(SET_VRING_ENABLE, vringState(index, enable), List.of());
    }

    // ---- in-flight region

    /** GET_INFLIGHT_FD: null if the back-end keeps none. */
    public InflightRegion getInflightFd(int queues, int queueSize) throws IOException {
        ByteBuffer payload = MessageSocket.payload(INFLIGHT);
        payload.putShort(16, (short) queues).putShort(18, (short) queueSize);
        Message answer = call(GET_INFLIGHT_FD, payload, List.of());
        try {
            requireSize(answer, INFLIGHT);
            long size = answer.payload().getLong(0);
            if (size == 0) {
                answer.close();
                return null;
            }
            if (answer.descriptors().size() != 1) {
                throw new ProtocolViolationException("answer to GET_INFLIGHT_FD carries "
                        + answer.descriptors().size() + " descriptors instead of 1");
            }
            return new InflightRegion(
                    answer.descriptors().get(0), size, answer.payload().getLong(8), queues, queueSize);
        } catch (ProtocolViolationException broken) {
            answer.close();
            throw broken;
        }
    }

    /** SET_INFLIGHT_FD. */
    public void setInflightFd(InflightRegion region) throws IOException {
        ByteBuffer payload = MessageSocket.payload(INFLIGHT);
        payload.putLong(0, region.size()).putLong(8, region.offset());
        payload.putShort(16, (short) region.queues()).putShort(18, (short) region.queueSize());
        command(SET_INFLIGHT_FD, payload, List.of(region.descriptor()));
    }

    // ---- dirty log

    /** SET_LOG_BASE with a descriptor; takes any answer, as QEMU does. When it is there the log before is written no more. */
    public void setLogBase(DirtyLog log) throws IOException {
        try (Message answer = call(SET_LOG_BASE, describe(log), List.of(log.file()))) {
            if (!answer.descriptors().isEmpty()) {
                throw new ProtocolViolationException("answer to SET_LOG_BASE carries descriptors");
            }
        }
    }

    /** SET_LOG_BASE that demands the log's description in the answer, as front-ends made from rust-vmm do. */
    public void setLogBaseEchoed(DirtyLog log) throws IOException {
        try (Message answer = call(SET_LOG_BASE, describe(log), List.of(log.file()))) {
            requireSize(answer, LOG);
            if (answer.payload().getLong(0) != log.size() || answer.payload().getLong(8) != log.offset()) {
                throw new ProtocolViolationException("answer to SET_LOG_BASE describes another log");
            }
        }
    }

    private static ByteBuffer describe(DirtyLog log) {
        return MessageSocket.payload(LOG).putLong(0, log.size()).putLong(8, log.offset());
    }

    /** SET_LOG_FD: what to signal when a page was noted. */
    public void setLogFd(EventFd changed) throws IOException {
        command(SET_LOG_FD, NOTHING, List.of(Descriptor.adopt(changed.number())));
    }

    // ---- device state

    /**
     * SET_DEVICE_STATE_FD: hands over the end of a pipe or socket through which the state goes, while all rings are stopped.
     *
     * @param direction {@link #SAVE} or {@link #LOAD}
     * @throws RequestRefusedException if the back-end reports an error
     * @throws ProtocolViolationException if it answers with a descriptor of its own, which this side does not use
     */
    public void setDeviceStateFd(int direction, Descriptor end) throws IOException {
        ByteBuffer payload = MessageSocket.payload(DEVICE_STATE).putInt(0, direction);
        try (Message answer = call(SET_DEVICE_STATE_FD, payload, List.of(end))) {
            long figure = u64(answer);
            if ((figure & STATE_ERROR) != 0) {
                throw new RequestRefusedException(SET_DEVICE_STATE_FD, figure & STATE_ERROR);
            }
            if (figure != STATE_NO_DESCRIPTOR || !answer.descriptors().isEmpty()) {
                throw new ProtocolViolationException("answer to SET_DEVICE_STATE_FD is 0x" + Long.toHexString(figure)
                        + " with " + answer.descriptors().size() + " descriptors");
            }
        }
    }

    /** CHECK_DEVICE_STATE: whether the state came through whole. */
    public void checkDeviceState() throws IOException {
        long code = query(CHECK_DEVICE_STATE);
        if (code != 0) {
            throw new RequestRefusedException(CHECK_DEVICE_STATE, code);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
