// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import io.hotbay.linux.Descriptor;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A message as it came over a socket.
 *
 * @param request its id
 * @param flags the whole flags word
 * @param payload what followed the header, in native byte order
 * @param descriptors what came with it; the receiver closes them
 */
public record Message(int request, int flags, ByteBuffer payload, List<Descriptor> descriptors)
        implements AutoCloseable {
    /** Bytes of the header: request, flags, size. */
    public static final int HEADER = 12;
    /** The only version there is (bits 0 and 1 of the flags). */
    public static final int VERSION = 0x1;
    /** Flag: this is an answer. */
    public static final int REPLY = 0x4;
    /** Flag: an acknowledgement is wanted. */
    public static final int NEED_REPLY = 0x8;

    /** The payload as one 64-bit figure. */
    public long u64() {
        return payload.getLong(0);
    }

    /** Closes the descriptors that came with the message. */
    @Override
    public void close() {
        descriptors.forEach(Descriptor::close);
    }
}
