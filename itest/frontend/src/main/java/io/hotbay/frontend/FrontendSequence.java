// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.io.IOException;

/** The messages of one kind of front-end, in its own order, with its own flags and sizes. */
abstract class FrontendSequence {
    /** Above all memory that a guest has from the beginning. */
    private static final long HOTPLUG_ADDRESS = 1L << 32;

    /** GET_CONFIG flags of front-ends made from rust-vmm: "writable". The specification knows 0 for ordinary traffic. */
    static final int RUST_VMM_CONFIG_FLAGS = 1;

    /** Number of descriptors it uses unless told otherwise. */
    abstract int queueSize();

    /** Makes the guest's memory: one region from guest address 0, unless overridden. */
    void addMemory(FrontendSession session) throws IOException {
        session.memory().add(0, session.options().memorySize());
    }

    /** Places a ring as the guest's driver or the front-end itself does. */
    RingLayout layout(FrontendSession session, int size) {
        if (session.has(DeviceFeatures.RING_PACKED)) {
            return PackedRingLayout.pageAligned(session.memory(), size);
        }
        return SplitRingLayout.pageAligned(session.memory(), size);
    }

    /** From the socket to the configuration space. */
    abstract void connect(FrontendSession session) throws IOException;

    /** From the guest's driver being ready to running rings. */
    abstract void start(FrontendSession session) throws IOException;

    /** What it does with a new connection while a guest runs, before {@link #start}. */
    void reconnect(FrontendSession session) throws IOException {
        connect(session);
    }

    /** From a restored state to rings that run where they stopped. */
    void resume(FrontendSession session) throws IOException {
        start(session);
    }

    /** Tells of a region that was added while the rings run. */
    void tellAdded(FrontendSession session, FrontendRegion region) throws IOException {
        throw new IllegalStateException("this front-end adds no memory");
    }

    /** Where memory that comes while a guest runs lies in the guest. */
    long hotplugAddress() {
        return HOTPLUG_ADDRESS;
    }

    /** Tells of a region that is taken away while the rings run; the memory no longer has it. */
    void tellRemoved(FrontendSession session, FrontendRegion region) throws IOException {
        throw new IllegalStateException("this front-end takes no memory away");
    }

    /** Tells where to note what is written; the answer says that the log before is no longer used. */
    void setLog(FrontendSession session, DirtyLog log) throws IOException {
        session.connection().setLogBase(log);
    }

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

    /** Whether it knows packed rings. */
    boolean canPack() {
        return false;
    }

    /** Whether it makes a new connection by itself when the back-end is gone. */
    boolean canReconnect() {
        return false;
    }

    /** Whether it adds memory while a guest runs. */
    boolean canHotplug() {
        return false;
    }

    /** Whether it takes memory away while a guest runs. */
    boolean canUnplug() {
        return false;
    }

    /** Whether it logs what is written, for a migration. */
    boolean canLog() {
        return false;
    }

    /** Whether it saves and restores a device's state. */
    boolean canSnapshot() {
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
