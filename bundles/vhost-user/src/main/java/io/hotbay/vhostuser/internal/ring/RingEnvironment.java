// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.ring;

import io.hotbay.reactor.Reactors;
import io.hotbay.virtio.VirtioDevice;
import io.hotbay.virtio.VirtqueueFactory;
import java.util.BitSet;

/**
 * The services that rings run with. Replaced as a whole when one of them changes, while no ring is running.
 *
 * @param reactors where rings run
 * @param cores the cores they may run on; empty for all
 * @param virtqueues opens rings
 * @param device serves them
 * @param packed whether packed rings are offered
 * @param backing what stands behind the device, for people
 * @param tuning what can be changed while they run
 */
public record RingEnvironment(
        Reactors reactors,
        BitSet cores,
        VirtqueueFactory virtqueues,
        VirtioDevice device,
        boolean packed,
        String backing,
        RingTuning tuning) {
    /** The same with another tuning. */
    public RingEnvironment with(RingTuning other) {
        return new RingEnvironment(reactors, cores, virtqueues, device, packed, backing, other);
    }
}
