// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

import java.nio.ByteBuffer;

/** An array of struct epoll_event (uapi/linux/eventpoll.h). */
public final class EpollEvents {
    private static final int EVENTS = 0;
    private static final int DATA = Architecture.EPOLL_EVENT_DATA;
    private static final int SIZE = Architecture.EPOLL_EVENT_SIZE;

    private final NativeMemory memory;
    private final ByteBuffer bytes;

    public EpollEvents(int count) {
        memory = new NativeMemory(count * SIZE);
        bytes = memory.bytes();
    }

    public long address() {
        return memory.address();
    }

    public void set(int index, int events, long token) {
        bytes.putInt(index * SIZE + EVENTS, events);
        bytes.putLong(index * SIZE + DATA, token);
    }

    public int events(int index) {
        return bytes.getInt(index * SIZE + EVENTS);
    }

    public long token(int index) {
        return bytes.getLong(index * SIZE + DATA);
    }
}
