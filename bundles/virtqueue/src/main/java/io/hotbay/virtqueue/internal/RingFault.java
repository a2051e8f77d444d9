// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

/** The driver broke the rules of the ring; the message says which. It stays inside the bundle: the ring turns broken. */
final class RingFault extends RuntimeException {
    RingFault(String reason) {
        super(reason, null, false, false);
    }
}
