// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import io.hotbay.linux.Epoll;
import io.hotbay.linux.EventFd;
import java.io.IOException;
import java.util.List;

/** Sleeps until the device signals one of several queues. Waiting allocates nothing. */
final class CallWait implements AutoCloseable {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final EventFd[] calls;
    private final Epoll called;

    CallWait(List<FrontendQueue> queues) throws IOException {
        calls = queues.stream().map(FrontendQueue::callEvent).toArray(EventFd[]::new);
        called = Epoll.create();
        for (int i = 0; i < calls.length; i++) {
            called.add(calls[i].number(), Epoll.IN, i);
        }
    }

    /** Waits so long at most, to the next millisecond. */
    void await(long nanos) throws IOException {
        long millis = Math.max(0, (nanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
        int events = called.await((int) Math.min(millis, Integer.MAX_VALUE));
        for (int i = 0; i < events; i++) {
            calls[(int) called.token(i)].drain();
        }
    }

    @Override
    public void close() {
        called.close();
    }
}
