// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevnull.internal;

import io.hotbay.bdev.BdevOptions;
import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockStatus;

/** Completes whatever it is handed, without looking at memory. */
final class NullChannel implements BlockChannel {
    private final BdevOptions options;

    NullChannel(BdevOptions options) {
        this.options = options;
    }

    @Override
    public void submit(BlockRequests requests) {
        int pending = requests.pending();
        for (int i = 0; i < pending; i++) {
            int slot = requests.pendingSlot(i);
            requests.complete(slot, options.refuses(requests.type(slot)) ? BlockStatus.READ_ONLY : BlockStatus.OK);
        }
    }
}
