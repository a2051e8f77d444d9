// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import io.hotbay.frontend.FreeHugepages;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The pages that the load's guest memory lies in: hugepages when enough are free, as a host for virtual machines has them. */
final class GuestPages {
    /** What all sessions of a run and the target's disks take together, with some to spare. */
    private static final long NEEDED_BYTES = 512L << 20;

    private GuestPages() {}

    /** Size of a hugepage in bytes, or 0 for ordinary pages. */
    static long size() {
        try {
            FreeHugepages free = FreeHugepages.now();
            return free.count() * free.pageSize() >= NEEDED_BYTES ? free.pageSize() : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
