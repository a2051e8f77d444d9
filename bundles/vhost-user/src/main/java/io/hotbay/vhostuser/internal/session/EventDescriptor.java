// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.EventFd;
import io.hotbay.linux.LinuxException;
import io.hotbay.vhostuser.internal.wire.Message;
import io.hotbay.vhostuser.internal.wire.MessageRefusedException;

/** The eventfd that comes with a message. */
final class EventDescriptor {
    /** The bits of a mode that tell the kind of a file (inode(7), S_IFMT); an eventfd has none of them. */
    private static final int FILE_TYPE_MASK = 0xf000;

    private EventDescriptor() {}

    /**
     * Takes it, or null if there is none. Anything else than an eventfd could block the reactor that writes to it.
     *
     * @throws MessageRefusedException if it is something else
     */
    static Descriptor take(Message message) throws MessageRefusedException {
        Descriptor descriptor = message.takeDescriptor();
        if (descriptor == null) {
            return null;
        }
        try {
            if ((descriptor.status().mode() & FILE_TYPE_MASK) != 0) {
                throw new MessageRefusedException("its descriptor is no eventfd");
            }
            // a counter that is full must not hold up the reactor that signals it
            descriptor.doNotWait();
            return descriptor;
        } catch (LinuxException | MessageRefusedException e) {
            descriptor.close();
            throw new MessageRefusedException(e.getMessage());
        }
    }

    /** The same, ready for use. */
    static EventFd takeEvent(Message message) throws MessageRefusedException {
        Descriptor descriptor = take(message);
        return descriptor == null ? null : EventFd.adopt(descriptor);
    }
}
