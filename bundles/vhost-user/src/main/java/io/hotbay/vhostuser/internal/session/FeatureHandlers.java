// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import io.hotbay.vhostuser.internal.wire.Message;
import io.hotbay.vhostuser.internal.wire.MessageType;
import io.hotbay.vhostuser.internal.wire.ProtocolFeatures;
import io.hotbay.vhostuser.internal.wire.Reply;
import io.hotbay.vhostuser.internal.wire.Transcript;
import io.hotbay.virtio.VirtioFeatures;
import java.util.Map;

/** Messages about the session as a whole: features, ownership, reset. */
final class FeatureHandlers {
    /** Bits of rings and transport (virtio 1.x, section 6), but ANY_LAYOUT, which QEMU accepts without an offer. */
    private static final long RING_FEATURES = 0x3ff_ff00_0000L & ~(1L << 27);

    private final Session session;
    private volatile long features;
    private boolean featuresKnown;
    private volatile long protocolFeatures;
    /** The front-end wants rings to work in a way that was not offered. */
    private boolean impossible;

    FeatureHandlers(Session session) {
        this.session = session;
    }

    void register(Map<MessageType, MessageHandler> handlers) {
        handlers.put(
                MessageType.GET_FEATURES,
                (message, reply) -> reply.u64(session.facts().features()));
        handlers.put(MessageType.SET_FEATURES, this::setFeatures);
        handlers.put(MessageType.GET_PROTOCOL_FEATURES, (message, reply) -> reply.u64(ProtocolFeatures.OFFERED));
        handlers.put(MessageType.SET_PROTOCOL_FEATURES, this::setProtocolFeatures);
        // QEMU and SPDK ask without having accepted MQ too
        handlers.put(MessageType.GET_QUEUE_NUM, (message, reply) -> reply.u64(session.ringCount()));
        // Dragonball sends it late and twice: there is one owner, whoever is connected
        handlers.put(MessageType.SET_OWNER, (message, reply) -> {});
        handlers.put(MessageType.RESET_OWNER, this::resetOwner);
        handlers.put(MessageType.RESET_DEVICE, (message, reply) -> session.reset(false));
    }

    /** Whether the front-end has said what it accepts. */
    boolean featuresKnown() {
        return featuresKnown;
    }

    /** Whether the device can work with what the front-end accepts: FEATURES_OK of the device status. */
    boolean acceptable() {
        return featuresKnown && !impossible;
    }

    /** What the driver has accepted. Any thread, for people. */
    long features() {
        return features;
    }

    /** What the front-end has accepted. Any thread. */
    long protocolFeatures() {
        return protocolFeatures;
    }

    /** QEMU accepts bits that were never offered, and repeats the message while rings are running. */
    private void setFeatures(Message message, Reply reply) {
        long offered = session.facts().features();
        long accepted = message.u64() & offered;
        if (accepted != features) {
            session.stopRings();
            features = accepted;
        }
        featuresKnown = true;
        impossible = (message.u64() & ~offered & RING_FEATURES) != 0;
        if (!VirtioFeatures.has(accepted, VirtioFeatures.PROTOCOL_FEATURES)) {
            // a front-end that knows no SET_VRING_ENABLE: all rings count as enabled
            session.rings().forEach(ring -> ring.enabled(true));
        }
    }

    void record(Transcript transcript) {
        transcript.u64(MessageType.SET_PROTOCOL_FEATURES, protocolFeatures);
        if (featuresKnown) {
            transcript.u64(MessageType.SET_FEATURES, features);
        }
    }

    private void setProtocolFeatures(Message message, Reply reply) {
        protocolFeatures = message.u64() & ProtocolFeatures.OFFERED;
    }

    private void resetOwner(Message message, Reply reply) {
        session.stopRings();
        session.rings().forEach(ring -> ring.enabled(false));
    }
}
