// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import io.hotbay.vhostuser.internal.testing.SessionFuzz;
import io.hotbay.vhostuser.internal.wire.MessageType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random sequences of messages: the same each time, and few; {@link SessionFuzz} is for more. */
class SessionFuzzTest {
    private static final int RUNS = 100;

    private static final MessageType[] START = {
        MessageType.SET_PROTOCOL_FEATURES,
        MessageType.SET_MEM_TABLE,
        MessageType.SET_LOG_BASE,
        MessageType.SET_INFLIGHT_FD,
        MessageType.SET_FEATURES,
        MessageType.SET_VRING_NUM,
        MessageType.SET_VRING_ADDR,
        MessageType.SET_VRING_KICK,
        MessageType.SET_VRING_CALL,
        MessageType.SET_VRING_ERR,
        MessageType.SET_VRING_ENABLE,
    };

    /** One region, as {@link SessionFuzz} has it in a sensible SET_MEM_TABLE. */
    private static final byte[] TABLE = payload(1, 0x10000, 0x10000, 1L << 40, 0);

    private static byte[] payload(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.nativeOrder());
        for (long value : values) {
            bytes.putLong(value);
        }
        return bytes.array();
    }

    private static void record(ByteArrayOutputStream input, int id, int control, int kind, byte... bytes) {
        input.write(id);
        input.write(control);
        input.write(kind);
        input.write(bytes.length);
        input.writeBytes(bytes);
    }

    private static void start(ByteArrayOutputStream input) {
        for (MessageType type : START) {
            record(input, type.id(), SessionFuzz.SENSIBLE | SessionFuzz.WAIT, 0);
        }
    }

    @Test
    void shouldStandNoMessagesAtAll() throws IOException {
        SessionFuzz.fuzz(new byte[0]);
        SessionFuzz.fuzz(new byte[] {1, 0, 0, 0});
    }

    @Test
    void shouldStandEachSensibleMessageWithARunningRing() throws IOException {
        for (MessageType type : MessageType.values()) {
            ByteArrayOutputStream input = new ByteArrayOutputStream();
            start(input);
            record(input, SessionFuzz.GUEST_WRITE, 0, 0, (byte) 8, (byte) 2, (byte) 3, (byte) 0);
            record(input, type.id(), SessionFuzz.SENSIBLE | SessionFuzz.WAIT, 0);
            record(input, SessionFuzz.GUEST_WRITE, 0, 0, (byte) 8, (byte) 2, (byte) 9, (byte) 9);
            record(input, type.id(), SessionFuzz.SENSIBLE, 0);
            SessionFuzz.fuzz(input.toByteArray());
        }
    }

    /** The memory of running rings goes away; the log and the in-flight region lie in a file that has been sealed against that. */
    @Test
    void shouldStandEachSensibleMessageWithItsMemoryTruncated() throws IOException {
        for (MessageType type : MessageType.values()) {
            ByteArrayOutputStream input = new ByteArrayOutputStream();
            for (MessageType one : START) {
                int control = one == MessageType.SET_MEM_TABLE ? 1 << 5 : SessionFuzz.SENSIBLE;
                record(
                        input,
                        one.id(),
                        control | SessionFuzz.WAIT,
                        SessionFuzz.UNSEALABLE,
                        control == SessionFuzz.SENSIBLE ? new byte[0] : TABLE);
            }
            record(input, SessionFuzz.TRUNCATE, 0, SessionFuzz.UNSEALABLE);
            record(input, type.id(), SessionFuzz.SENSIBLE | SessionFuzz.WAIT, 0);
            record(input, SessionFuzz.TRUNCATE, 0, 0);
            record(input, type.id(), SessionFuzz.SENSIBLE | SessionFuzz.WAIT, 0);
            SessionFuzz.fuzz(input.toByteArray());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldStandRandomMessages(long seed) throws IOException {
        Random random = new Random(seed);
        for (int i = 0; i < RUNS; i++) {
            ByteArrayOutputStream input = new ByteArrayOutputStream();
            if (random.nextBoolean()) {
                start(input);
            }
            int count = random.nextInt(30);
            for (int j = 0; j < count; j++) {
                message(random, input);
            }
            SessionFuzz.fuzz(input.toByteArray());
        }
    }

    /** Mostly messages that exist and make sense, and somebody waits for, so that the session goes on. */
    private static void message(Random random, ByteArrayOutputStream input) {
        byte[] bytes = new byte[random.nextInt(4) == 0 ? random.nextInt(64) : 0];
        for (int changes = random.nextInt(4); changes > 0 && bytes.length > 0; changes--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        int id = random.nextInt(20) == 0 ? random.nextInt(256) : 1 + random.nextInt(44);
        if (random.nextInt(30) == 0) {
            id = SessionFuzz.TRUNCATE;
        }
        int control = SessionFuzz.WAIT | (random.nextInt(4) == 0 ? 0 : SessionFuzz.SENSIBLE);
        int noise = random.nextInt(8) == 0 ? random.nextInt() & 0xff : 0;
        record(input, id, control ^ noise, random.nextInt(), bytes);
    }
}
