// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import io.hotbay.virtio.VirtioFeatures;

/** How many bytes a chain of a split ring has by the rules of virtio 1.x section 2.7.5, read without the code under test. */
final class SplitChainBytes {
    private static final int ENTRY = 16;

    private final SplitDriver driver;

    SplitChainBytes(SplitDriver driver) {
        this.driver = driver;
    }

    /** Bytes of a chain, or -1 if it breaks a rule: it leaves its table, is a loop, or is indirect where it may not be. */
    long of(int head) {
        return walk(driver.descriptors, driver.size, head, false);
    }

    private long walk(long table, long entries, int first, boolean indirect) {
        long bytes = 0;
        int at = first;
        for (long i = 0; i < entries && at < entries; i++) {
            long entry = table + ENTRY * (long) at;
            int flags = driver.ram.get16(entry + 12);
            boolean more = (flags & SplitDriver.NEXT) != 0;
            if ((flags & SplitDriver.INDIRECT) != 0) {
                long inside = indirect || more ? -1 : walkIndirect(entry);
                return inside < 0 ? -1 : bytes + inside;
            }
            bytes += driver.ram.get32(entry + 8);
            if (!more) {
                return bytes;
            }
            at = driver.ram.get16(entry + 14);
        }
        return -1;
    }

    private long walkIndirect(long entry) {
        long address = driver.ram.get32(entry) | driver.ram.get32(entry + 4) << 32;
        long length = driver.ram.get32(entry + 8);
        boolean allowed = VirtioFeatures.has(driver.features, VirtioFeatures.INDIRECT_DESC);
        return allowed && length > 0 && length % ENTRY == 0 && driver.ram.holds(address, length)
                ? walk(address, length / ENTRY, 0, true)
                : -1;
    }
}
