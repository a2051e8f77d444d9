// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.io.IOException;
import java.nio.file.Path;

/** The front-ends there are, each with its own order of messages, flags, sizes and demands. */
public enum FrontendProfile {
    /** QEMU 7.2, as recorded. */
    QEMU_7_2(new QemuSequence(false)),
    /** QEMU 10: additionally awaits the effect of ring messages. */
    QEMU_10(new QemuSequence(true)),
    /** cloud-hypervisor since version 47. */
    CLOUD_HYPERVISOR(new CloudHypervisorSequence(0)),
    /** cloud-hypervisor up to version 46: reads the configuration at another offset. */
    CLOUD_HYPERVISOR_46(new CloudHypervisorSequence(0x100)),
    /** Firecracker. */
    FIRECRACKER(new FirecrackerSequence()),
    /** crosvm. */
    CROSVM(new CrosvmSequence()),
    /** Dragonball, in Kata Containers. */
    DRAGONBALL(new DragonballSequence()),
    /** StratoVirt. */
    STRATOVIRT(new StratovirtSequence()),
    /** libblkio, as recorded. */
    LIBBLKIO(new LibblkioSequence()),
    /** SPDK's virtio-user initiator. */
    SPDK(new SpdkSequence());

    private final FrontendSequence sequence;

    FrontendProfile(FrontendSequence sequence) {
        this.sequence = sequence;
    }

    /** How many queues it uses at most. */
    public int mostQueues() {
        return this == FIRECRACKER ? 1 : Short.MAX_VALUE;
    }

    /** What it does after it has stopped the rings. */
    public RestartManner restartManner() {
        return sequence.restartManner();
    }

    /** Whether it knows packed rings. */
    public boolean canPack() {
        return sequence.canPack();
    }

    /** Whether it makes a new connection by itself when the back-end is gone. */
    public boolean canReconnect() {
        return sequence.canReconnect();
    }

    /** Connects, and goes through the handshake up to the configuration space. */
    public FrontendSession connect(Path socket, SessionOptions options) throws IOException {
        return FrontendSession.connect(sequence, socket, options);
    }

    /** Connects and starts with {@link SessionOptions#DEFAULT}. */
    public FrontendSession open(Path socket) throws IOException {
        return open(socket, SessionOptions.DEFAULT);
    }

    /** Connects and starts. */
    public FrontendSession open(Path socket, SessionOptions options) throws IOException {
        FrontendSession session = connect(socket, options);
        boolean started = false;
        try {
            session.start();
            started = true;
            return session;
        } finally {
            if (!started) {
                session.close();
            }
        }
    }
}
