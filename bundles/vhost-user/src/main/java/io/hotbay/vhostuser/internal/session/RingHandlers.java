// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import io.hotbay.linux.EventFd;
import io.hotbay.vhostuser.internal.ring.Ring;
import io.hotbay.vhostuser.internal.wire.Message;
import io.hotbay.vhostuser.internal.wire.MessageRefusedException;
import io.hotbay.vhostuser.internal.wire.MessageType;
import io.hotbay.vhostuser.internal.wire.Reply;
import io.hotbay.vhostuser.internal.wire.VringAddress;
import io.hotbay.vhostuser.internal.wire.VringDescriptor;
import io.hotbay.vhostuser.internal.wire.VringState;
import java.util.Map;

/**
 * Messages about single rings. Each one only notes what it says; whether the ring can run now is asked after every message. A
 * running ring is stopped first when it depends on what changes, and goes on where it was.
 */
final class RingHandlers {
    private final Session session;

    RingHandlers(Session session) {
        this.session = session;
    }

    void register(Map<MessageType, MessageHandler> handlers) {
        handlers.put(MessageType.SET_VRING_NUM, this::setNum);
        handlers.put(MessageType.SET_VRING_ADDR, this::setAddress);
        handlers.put(MessageType.SET_VRING_BASE, this::setBase);
        handlers.put(MessageType.GET_VRING_BASE, this::getBase);
        handlers.put(MessageType.SET_VRING_KICK, this::setKick);
        handlers.put(MessageType.SET_VRING_CALL, this::setCall);
        handlers.put(MessageType.SET_VRING_ERR, this::setError);
        handlers.put(MessageType.SET_VRING_ENABLE, this::setEnable);
    }

    private void setNum(Message message, Reply reply) throws MessageRefusedException {
        Ring ring = ring(VringState.index(message.payload()));
        int size = VringState.num(message.payload());
        int limit = session.facts().queueSizeLimit();
        if (size == 0) {
            throw new MessageRefusedException("0 descriptors, a ring has at least 1");
        }
        if (size < 0 || size > limit) {
            throw new MessageRefusedException(Integer.toUnsignedString(size) + " descriptors, at most " + limit
                    + " are possible: raise queue_size of the controller or lower that of the front-end");
        }
        if (size != ring.size()) {
            session.stop(ring);
            ring.size(size);
        }
    }

    /** QEMU repeats it while the ring runs, to switch logging of the used ring on and off. */
    private void setAddress(Message message, Reply reply) throws MessageRefusedException {
        Ring ring = ring(VringAddress.index(message.payload()));
        VringAddress address = VringAddress.read(message.payload());
        if (!address.samePlace(ring.address()) || session.isLogging() && !address.sameLog(ring.address())) {
            session.stop(ring);
        }
        ring.address(address);
    }

    private void setBase(Message message, Reply reply) throws MessageRefusedException {
        Ring ring = ring(VringState.index(message.payload()));
        session.stop(ring);
        ring.base(VringState.num(message.payload()));
    }

    private void getBase(Message message, Reply reply) throws MessageRefusedException {
        int index = VringState.index(message.payload());
        Ring ring = ring(index);
        session.stop(ring);
        ring.stopped();
        reply.vringState(index, ring.base());
    }

    private void setKick(Message message, Reply reply) throws MessageRefusedException {
        Ring ring = ring(VringDescriptor.index(message.payload()));
        EventFd kick = EventDescriptor.takeEvent(message);
        session.stop(ring);
        ring.kick(kick);
    }

    private void setCall(Message message, Reply reply) throws MessageRefusedException {
        ring(VringDescriptor.index(message.payload())).call(EventDescriptor.takeEvent(message));
    }

    private void setError(Message message, Reply reply) throws MessageRefusedException {
        ring(VringDescriptor.index(message.payload())).error(EventDescriptor.takeEvent(message));
    }

    /** Anything but 0 enables: SPDK's initiator says how large the ring is, where 1 belongs. */
    private void setEnable(Message message, Reply reply) throws MessageRefusedException {
        Ring ring = ring(VringState.index(message.payload()));
        boolean on = VringState.num(message.payload()) != 0;
        if (!on) {
            session.stop(ring);
        }
        ring.enabled(on);
    }

    private Ring ring(int index) throws MessageRefusedException {
        if (index < 0 || index >= session.ringCount()) {
            throw new MessageRefusedException(
                    "there is no ring " + Integer.toUnsignedString(index) + ", only " + session.ringCount());
        }
        return session.rings().get(index);
    }
}
