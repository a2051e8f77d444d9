// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevnull.internal;

import io.hotbay.bdev.BdevOptions;
import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockRequests;

/** Completes whatever it is handed, without looking at memory. */
final class NullChannel implements BlockChannel {
    private final NullDevice device;

    NullChannel(NullDevice device) {
        this.device = device;
    }

    @Override
    public void submit(BlockRequests requests) {
        BdevOptions options = device.options();
        int pending = requests.pending();
        for (int i = 0; i < pending; i++) {
            int slot = requests.pendingSlot(i);
            requests.complete(slot, options.check(requests.type(slot), requests.offset(slot), requests.length(slot)));
        }
    }
}
