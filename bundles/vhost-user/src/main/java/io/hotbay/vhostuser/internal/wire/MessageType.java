// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.wire;

import static io.hotbay.vhostuser.internal.wire.MessageType.Answer.ACK;
import static io.hotbay.vhostuser.internal.wire.MessageType.Answer.FOREIGN;
import static io.hotbay.vhostuser.internal.wire.MessageType.Answer.OWN;

/**
 * The front-end's messages as data: number, payload, descriptors, answer (vhost-user specification, "Front-end message
 * types"). One loop enforces all of it.
 */
public enum MessageType {
    GET_FEATURES(1, PayloadRule.NONE, DescriptorRule.NONE, OWN),
    SET_FEATURES(2, PayloadRule.U64, DescriptorRule.NONE, ACK),
    SET_OWNER(3, PayloadRule.NONE, DescriptorRule.NONE, ACK),
    RESET_OWNER(4, PayloadRule.NONE, DescriptorRule.NONE, ACK),
    SET_MEM_TABLE(5, PayloadRule.MEMORY_TABLE, DescriptorRule.ONE_EACH_REGION, ACK),
    SET_LOG_BASE(6, PayloadRule.LOG, DescriptorRule.ONE, OWN),
    SET_LOG_FD(7, PayloadRule.NONE_OR_U64, DescriptorRule.ONE, ACK),
    SET_VRING_NUM(8, PayloadRule.VRING_STATE, DescriptorRule.NONE, ACK),
    SET_VRING_ADDR(9, PayloadRule.VRING_ADDRESS, DescriptorRule.NONE, ACK),
    SET_VRING_BASE(10, PayloadRule.VRING_STATE, DescriptorRule.NONE, ACK),
    GET_VRING_BASE(11, PayloadRule.VRING_STATE, DescriptorRule.NONE, OWN),
    SET_VRING_KICK(12, PayloadRule.U64, DescriptorRule.UNLESS_FLAGGED, ACK),
    SET_VRING_CALL(13, PayloadRule.U64, DescriptorRule.UNLESS_FLAGGED, ACK),
    SET_VRING_ERR(14, PayloadRule.U64, DescriptorRule.UNLESS_FLAGGED, ACK),
    GET_PROTOCOL_FEATURES(15, PayloadRule.NONE, DescriptorRule.NONE, OWN),
    SET_PROTOCOL_FEATURES(16, PayloadRule.U64, DescriptorRule.NONE, ACK),
    GET_QUEUE_NUM(17, PayloadRule.NONE, DescriptorRule.NONE, OWN),
    SET_VRING_ENABLE(18, PayloadRule.VRING_STATE, DescriptorRule.NONE, ACK),
    SEND_RARP(19, PayloadRule.ANY, DescriptorRule.ANY, FOREIGN),
    NET_SET_MTU(20, PayloadRule.ANY, DescriptorRule.ANY, FOREIGN),
    SET_BACKEND_REQ_FD(21, PayloadRule.NONE_OR_U64, DescriptorRule.ONE, ACK),
    IOTLB_MSG(22, PayloadRule.ANY, DescriptorRule.ANY, OWN),
    SET_VRING_ENDIAN(23, PayloadRule.VRING_STATE, DescriptorRule.NONE, ACK),
    GET_CONFIG(24, PayloadRule.CONFIG, DescriptorRule.NONE, OWN),
    SET_CONFIG(25, PayloadRule.CONFIG, DescriptorRule.NONE, ACK),
    CREATE_CRYPTO_SESSION(26, PayloadRule.ANY, DescriptorRule.ANY, FOREIGN),
    CLOSE_CRYPTO_SESSION(27, PayloadRule.ANY, DescriptorRule.ANY, FOREIGN),
    POSTCOPY_ADVISE(28, PayloadRule.NONE, DescriptorRule.NONE, OWN),
    POSTCOPY_LISTEN(29, PayloadRule.NONE, DescriptorRule.NONE, ACK),
    POSTCOPY_END(30, PayloadRule.NONE, DescriptorRule.NONE, OWN),
    GET_INFLIGHT_FD(31, PayloadRule.IN_FLIGHT, DescriptorRule.NONE, OWN),
    SET_INFLIGHT_FD(32, PayloadRule.IN_FLIGHT, DescriptorRule.ONE, ACK),
    GPU_SET_SOCKET(33, PayloadRule.ANY, DescriptorRule.ANY, FOREIGN),
    RESET_DEVICE(34, PayloadRule.NONE, DescriptorRule.NONE, ACK),
    VRING_KICK(35, PayloadRule.VRING_STATE, DescriptorRule.NONE, ACK),
    GET_MAX_MEM_SLOTS(36, PayloadRule.NONE, DescriptorRule.NONE, OWN),
    ADD_MEM_REG(37, PayloadRule.SINGLE_REGION, DescriptorRule.ONE, ACK),
    REM_MEM_REG(38, PayloadRule.SINGLE_REGION, DescriptorRule.AT_MOST_ONE, ACK),
    SET_STATUS(39, PayloadRule.U64, DescriptorRule.NONE, ACK),
    GET_STATUS(40, PayloadRule.NONE, DescriptorRule.NONE, OWN),
    GET_SHARED_OBJECT(41, PayloadRule.ANY, DescriptorRule.NONE, OWN),
    SET_DEVICE_STATE_FD(42, PayloadRule.DEVICE_STATE, DescriptorRule.ONE, OWN),
    CHECK_DEVICE_STATE(43, PayloadRule.NONE, DescriptorRule.NONE, OWN),
    GET_SHMEM_CONFIG(44, PayloadRule.NONE, DescriptorRule.NONE, OWN);

    /** How a message is answered. */
    public enum Answer {
        /** With an answer of its own, whether NEED_REPLY is set or not. */
        OWN,
        /** Only if NEED_REPLY is set: 0 for success. */
        ACK,
        /** Of network, graphics and crypto devices: a storage back-end passes over it. */
        FOREIGN
    }

    private static final MessageType[] TYPES = values();

    private final int id;
    private final PayloadRule payload;
    private final DescriptorRule descriptors;
    private final Answer answer;

    MessageType(int id, PayloadRule payload, DescriptorRule descriptors, Answer answer) {
        this.id = id;
        this.payload = payload;
        this.descriptors = descriptors;
        this.answer = answer;
    }

    /** The type with a number, or null if there is none. */
    public static MessageType of(int id) {
        // the numbers run from 1 without a gap, in the order of the table
        return id >= 1 && id <= TYPES.length ? TYPES[id - 1] : null;
    }

    /** Its number. */
    public int id() {
        return id;
    }

    /** How it is answered. */
    public Answer answer() {
        return answer;
    }

    /** Checks the form of a message of this type. */
    public void check(Message message) throws MessageRefusedException {
        if (!payload.accepts(message.payload())) {
            throw new MessageRefusedException(
                    "a payload of " + message.payload().limit() + " bytes is not " + payload.wanted(message.payload()));
        }
        if (!descriptors.accepts(message.payload(), message.descriptors())) {
            throw new MessageRefusedException(message.descriptors() + " descriptors came with it, but "
                    + descriptors.wanted(message.payload()) + " belong to it");
        }
    }
}
