// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.io.IOException;

/** The messages of one kind of front-end, in its own order, with its own flags and sizes. */
abstract class FrontendSequence {
    /** GET_CONFIG flags of front-ends made from rust-vmm: "writable". The specification knows 0 for ordinary traffic. */
    static final int RUST_VMM_CONFIG_FLAGS = 1;

    /** Number of descriptors it uses unless told otherwise. */
    abstract int queueSize();

    /** Makes the guest's memory: one region from guest address 0, unless overridden. */
    void addMemory(FrontendSession session) throws IOException {
        session.memory().add(0, session.options().memorySize());
    }

    /** Places a ring as the guest's driver or the front-end itself does. */
    SplitRingLayout layout(FrontendSession session, int size) {
        return SplitRingLayout.pageAligned(session.memory(), size);
    }

    /** From the socket to the configuration space. */
    abstract void connect(FrontendSession session) throws IOException;

    /** From the guest's driver being ready to running rings. */
    abstract void start(FrontendSession session) throws IOException;

    /** From running to stopped rings. */
    abstract void stop(FrontendSession session) throws IOException;

    /** What it does after a stop. */
    abstract RestartManner restartManner();

    /** What it sends at a reset of the guest, between stop and start. */
    void reset(FrontendSession session) throws IOException {
        session.dropInflight();
    }

    /** Whether it pauses a guest by disabling the rings alone. */
    boolean canPause() {
        return false;
    }

    // ---- steps that several have in common

    static void stopAll(FrontendSession session) throws IOException {
        for (FrontendQueue queue : session.queues()) {
            queue.stop(session.connection());
        }
    }

    static void setCalls(FrontendSession session) throws IOException {
        for (FrontendQueue queue : session.queues()) {
            queue.setCall(session.connection());
        }
    }

    static void setNums(FrontendSession session) throws IOException {
        for (FrontendQueue queue : session.queues()) {
            queue.setNum(session.connection());
        }
    }

    /** Negotiates protocol features if the back-end has any: what it offers of those wanted. */
    static void negotiateProtocol(FrontendSession session, long wanted) throws IOException {
        if ((session.offeredFeatures() & DeviceFeatures.PROTOCOL_FEATURES) == 0) {
            throw new ProtocolViolationException("the back-end offers no protocol features");
        }
        long offer = session.connection().getProtocolFeatures();
        session.protocolFeatures(offer & wanted);
        session.connection().setProtocolFeatures(offer & wanted);
    }
}
