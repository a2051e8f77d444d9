// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;

/** Puts another process in the place of the target's under a running guest. */
public final class UpgradeJob {
    private final Guest guest;
    private final HotbayTarget target;
    private final List<GuestJob> disks;

    /** Upgrades of a target, and the disks the guest writes to meanwhile. */
    public UpgradeJob(Guest guest, HotbayTarget target, List<GuestJob> disks) {
        this.guest = guest;
        this.target = target;
        this.disks = disks;
    }

    /** Each time the guest goes on with its writes over the connections it has; QEMU says nothing and connects to nobody. */
    public void upgrades(int count) {
        Set<String> sockets = guest.machine().sockets();
        String printed = guest.machine().output();
        for (int upgrade = 0; upgrade < count; upgrade++) {
            disks.forEach(GuestJob::goesOnWriting);
            assertThat(target.upgrade()).contains(disks.size() + " sessions go on");
            disks.forEach(GuestJob::goesOnWriting);
            assertThat(guest.machine().sockets()).as("QEMU's sockets").isEqualTo(sockets);
            assertThat(guest.machine().output()).as("what QEMU has printed").isEqualTo(printed);
        }
    }
}
