// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.LinuxException;
import io.hotbay.linux.Memfd;
import io.hotbay.vhostuser.internal.memory.InFlightRegion;
import io.hotbay.vhostuser.internal.ring.Ring;
import io.hotbay.vhostuser.internal.wire.InFlightDescription;
import io.hotbay.vhostuser.internal.wire.Message;
import io.hotbay.vhostuser.internal.wire.MessageRefusedException;
import io.hotbay.vhostuser.internal.wire.MessageType;
import io.hotbay.vhostuser.internal.wire.Reply;
import io.hotbay.vhostuser.internal.wire.Transcript;
import io.hotbay.virtio.VirtioFeatures;
import java.util.Map;

/**
 * Messages about the region in which requests under way are recorded. The front-end gets it once, and hands it in at each start of
 * the device, also over the connection after a crash.
 */
final class InFlightHandlers {
    private static final int SEALS = Descriptor.F_SEAL_SHRINK | Descriptor.F_SEAL_GROW | Descriptor.F_SEAL_SEAL;

    private final Session session;
    private InFlightRegion region;

    InFlightHandlers(Session session) {
        this.session = session;
    }

    void register(Map<MessageType, MessageHandler> handlers) {
        handlers.put(MessageType.GET_INFLIGHT_FD, this::get);
        handlers.put(MessageType.SET_INFLIGHT_FD, this::set);
    }

    /** The region as it was handed in last, or null. */
    InFlightRegion current() {
        return region;
    }

    private void get(Message message, Reply reply) throws MessageRefusedException {
        InFlightDescription wanted = InFlightDescription.read(message.payload());
        check(wanted);
        // before the front-end has accepted features, there may be packed rings
        boolean packed = VirtioFeatures.has(
                session.featuresKnown() ? session.features() : session.facts().features(), VirtioFeatures.RING_PACKED);
        long size = bytes(wanted, packed);
        try {
            // a new file is all zeros, by which rings know that nothing is recorded
            Descriptor file = Memfd.create("hotbay-in-flight", size);
            reply.attach(file);
            file.addSeals(SEALS);
        } catch (LinuxException e) {
            throw new MessageRefusedException(wanted + ": " + e.getMessage());
        }
        new InFlightDescription(size, 0, wanted.queues(), wanted.queueSize())
                .put(reply.payload(message.payload().limit()));
    }

    private void set(Message message, Reply reply) throws MessageRefusedException {
        InFlightDescription description = InFlightDescription.read(message.payload());
        check(description);
        // each ring looks again, so it does no harm that the features may change
        long needed = bytes(description, session.isPacked());
        if (description.mmapSize() >= 0 && description.mmapSize() < needed) {
            throw new MessageRefusedException(
                    description + " takes " + needed + " bytes, it has " + description.mmapSize());
        }
        replace(InFlightRegion.map(description, message.takeDescriptor()));
    }

    private long bytes(InFlightDescription description, boolean packed) {
        return (long) description.queues() * session.facts().inFlight().bytes(description.queueSize(), packed);
    }

    private void check(InFlightDescription description) throws MessageRefusedException {
        if (description.queues() < 1 || description.queues() > session.ringCount()) {
            throw new MessageRefusedException(description + ": there are " + session.ringCount() + " queues");
        }
        int limit = session.facts().queueSizeLimit();
        if (description.queueSize() < 1 || description.queueSize() > limit) {
            throw new MessageRefusedException(description + ": queues have 1 to " + limit
                    + " descriptors; raise queue_size of the controller or lower that of the front-end");
        }
    }

    private void replace(InFlightRegion next) {
        session.stopRings();
        if (region != null) {
            region.release();
        }
        region = next;
        session.rings().forEach(Ring::settingsChanged);
    }

    void record(Transcript transcript) throws LinuxException {
        if (region != null) {
            region.record(transcript);
        }
    }

    /** Lets go of the region; no ring is running. The front-end asks for a new one. */
    void drop() {
        replace(null);
    }
}
