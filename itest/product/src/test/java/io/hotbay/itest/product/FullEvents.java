// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import io.hotbay.frontend.BlockRequestType;
import io.hotbay.frontend.DeviceFeatures;
import io.hotbay.frontend.DirtyLog;
import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendQueue;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SessionOptions;
import io.hotbay.frontend.SplitRingDriver;
import io.hotbay.linux.EventFd;
import io.hotbay.linux.internal.Kernel;
import io.hotbay.linux.internal.NativeMemory;
import io.hotbay.linux.internal.PollDescriptors;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Path;

/**
 * A front-end that fills the counters of the eventfds which it has handed over and makes them blocking, which it can at any time as
 * it shares them: whoever signals one then waits until somebody reads it, and the front-end does not.
 */
final class FullEvents {
    /** The most that a counter takes (eventfd(2)). */
    private static final long FULL = 0xffff_ffff_ffff_fffeL;
    /** fcntl(2). */
    private static final int F_SETFL = 4;

    /** Without event indices each completion is signalled. */
    private static final SessionOptions SESSION = SessionOptions.DEFAULT.without(DeviceFeatures.EVENT_IDX);

    private static final int BLOCK = 4096;
    private static final int ROUNDS = 20;
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private final Path socket;

    FullEvents(Path socket) {
        this.socket = socket;
    }

    /** That of completed requests; returns when the target says that the ring is broken, as the driver learns nothing any more. */
    void fillCall() throws IOException, InterruptedException {
        try (FrontendSession session = open()) {
            FrontendQueue queue = session.queues().get(0);
            queue.setError(session.connection());
            await("the ring to be broken", () -> {
                fill(queue.callEvent());
                queue.blocks().submit(BlockRequestType.FLUSH, 0, 0, 0);
                queue.blocks().flush();
                Thread.sleep(20);
                while (queue.blocks().reap() >= 0) {
                    continue;
                }
                return queue.errorEvent().drain() != 0;
            });
            session.connection().getFeatures();
        }
    }

    /** That of broken rings, over and over; the target goes on with messages. */
    void fillError() throws IOException, InterruptedException {
        for (int i = 0; i < ROUNDS; i++) {
            try (FrontendSession session = open()) {
                FrontendQueue queue = session.queues().get(0);
                queue.setError(session.connection());
                session.connection().getFeatures();
                fill(queue.errorEvent());
                SplitRingDriver ring = queue.splitRing();
                ring.publishIndex(ring.availableIndex() + ring.size() + 1);
                queue.kickEvent().signal();
                await(
                        "the target not to wait any more",
                        () -> !PollDescriptors.isFull(queue.errorEvent().number()));
                session.connection().getFeatures();
            }
        }
    }

    /** That of a dirty log, over and over; requests go on being completed. */
    void fillLogEvent() throws IOException {
        try (FrontendSession session = open();
                EventFd changed = EventFd.create()) {
            session.connection().setLogFd(changed);
            for (int i = 0; i < ROUNDS; i++) {
                try (DirtyLog log = DirtyLog.forMemory(session.memory().regions())) {
                    session.startLogging(log);
                    fill(changed);
                    session.driver(0).read(0, BLOCK);
                    session.stopLogging();
                    if (log.pages().isEmpty()) {
                        throw new AssertionError("nothing is in the log");
                    }
                }
            }
        }
    }

    private FrontendSession open() throws IOException {
        FrontendSession session = FrontendProfile.QEMU_10.open(socket, SESSION);
        // when a request is answered, the target has everything
        session.driver(0).read(0, BLOCK);
        return session;
    }

    private static void fill(EventFd event) {
        event.drain();
        NativeMemory value = new NativeMemory(Long.BYTES);
        value.bytes().putLong(0, FULL);
        Kernel.HOT.write(event.number(), value.address(), Long.BYTES);
        Kernel.LIBC.fcntl(event.number(), F_SETFL, 0);
        Reference.reachabilityFence(value);
    }

    private interface Attempt {
        boolean succeeds() throws IOException, InterruptedException;
    }

    private static void await(String what, Attempt attempt) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!attempt.succeeds()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited in vain for " + what);
            }
            Thread.sleep(1);
        }
    }
}
