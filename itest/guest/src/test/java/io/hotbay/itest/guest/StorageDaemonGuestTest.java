// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import org.junit.jupiter.api.extension.ExtendWith;

/** The peer passes: what fails against Hotbay and not here is Hotbay's fault, not the test's. */
@ExtendWith(PeerPanic.class)
class StorageDaemonGuestTest extends GuestContract {
    @Override
    Target createTarget(WorkDirectory work, Logs logs) {
        return new StorageDaemonTarget(work, logs);
    }

    @Override
    void checkLeftovers() {
        // Its sockets are all it makes, and these are checked for every target.
    }
}
