// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.time.Duration;
import java.util.List;
import java.util.Random;

/** Kills a target under a running guest and starts it again. */
public final class KillJob {
    /** The target works for that long at most before it is killed again; at least for no time, that is, while it takes up what was lost. */
    private static final int LONGEST_MILLIS = 2000;

    private static final Duration TIMEOUT = Settings.timeout(90);

    private final Guest guest;
    private final HotbayTarget target;
    private final List<String> disks;
    private final Logs logs;
    private final Random random = new Random();

    /** Kills of a target, and the disks the guest has from it as QEMU's monitor calls them. */
    public KillJob(Guest guest, HotbayTarget target, List<String> disks, Logs logs) {
        this.guest = guest;
        this.target = target;
        this.disks = disks;
        this.logs = logs;
    }

    /** Kills the target at random moments, each time after the guest's rings have been taken up. */
    public void kills(int count) throws InterruptedException {
        for (int kill = 0; kill < count; kill++) {
            Thread.sleep(random.nextInt(LONGEST_MILLIS));
            target.checkAlive();
            target.kill();
            awaitDisks(false);
            target.start();
            awaitDisks(true);
        }
    }

    /**
     * QEMU 7.2 never connects again once it has lost a connection within the handshake, so a target may only be killed when the rings
     * have been started.
     */
    private void awaitDisks(boolean served) {
        Await.until(disks + (served ? " are served" : " are lost"), TIMEOUT, logs, () -> disks.stream()
                .allMatch(disk -> guest.machine().isServed(disk) == served));
    }
}
