// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

import io.hotbay.linux.Descriptor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** struct msghdr (linux/socket.h) of 64-bit machines, with one iovec and room for descriptors behind it. */
public final class SocketMessage {
    private static final int VECTOR = 16;
    private static final int VECTOR_COUNT = 24;
    private static final int CONTROL = 32;
    private static final int CONTROL_SIZE = 40;
    private static final int FLAGS = 48;
    private static final int LENGTH = 56;

    private static final int VECTOR_AT = LENGTH;
    private static final int CONTROL_AT = VECTOR_AT + IoVector.LENGTH;

    private static final int MSG_CTRUNC = 8;

    private final NativeMemory memory;
    private final ByteBuffer bytes;
    private final int controlSpace;

    /**
     * Makes an empty message.
     *
     * @param descriptors how many it can carry at most
     */
    public SocketMessage(int descriptors) {
        controlSpace = ControlMessage.space(descriptors);
        memory = new NativeMemory(CONTROL_AT + controlSpace);
        bytes = memory.bytes();
        bytes.putLong(VECTOR, memory.address() + VECTOR_AT);
        bytes.putLong(VECTOR_COUNT, 1);
    }

    public long address() {
        return memory.address();
    }

    /** Sets where the data is, or is to go. */
    public void data(long address, int length) {
        IoVector.write(bytes, VECTOR_AT, address, length);
    }

    /** Prepares for sending these descriptors with the data. */
    public void attach(int[] descriptors) {
        if (descriptors.length == 0) {
            control(0);
            return;
        }
        ControlMessage.write(bytes, CONTROL_AT, descriptors);
        control(ControlMessage.space(descriptors.length));
    }

    /** Prepares for receiving descriptors, or for refusing them: then they show as {@link #isTruncated truncated}. */
    public void accept(boolean descriptors) {
        control(descriptors ? controlSpace : 0);
        bytes.putInt(FLAGS, 0);
    }

    private void control(int size) {
        bytes.putLong(CONTROL, size == 0 ? 0 : memory.address() + CONTROL_AT);
        bytes.putLong(CONTROL_SIZE, size);
    }

    /** Takes the descriptors that came. */
    public List<Descriptor> take() {
        List<Descriptor> descriptors = new ArrayList<>();
        int end = CONTROL_AT + (int) bytes.getLong(CONTROL_SIZE);
        for (int at = CONTROL_AT; ControlMessage.isAt(bytes, at, end); at = ControlMessage.next(bytes, at)) {
            for (int i = 0; i < ControlMessage.count(bytes, at); i++) {
                descriptors.add(Descriptor.adopt(ControlMessage.descriptor(bytes, at, i)));
            }
        }
        return descriptors;
    }

    /** Whether some descriptors did not get through, for lack of room here or of free numbers in this process. */
    public boolean isTruncated() {
        return (bytes.getInt(FLAGS) & MSG_CTRUNC) != 0;
    }
}
