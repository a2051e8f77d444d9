// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import io.hotbay.bdev.BlockDevice;

/**
 * What a controller knows of its bdev.
 *
 * @param service the bdev, or null unless it is there
 * @param pid PID of the configuration it came from, or null when it has none or there never was a bdev
 * @param remains what it looked like, to stand in for it, or null when there never was a bdev
 */
record BdevLink(BlockDevice service, String pid, FailingBdev remains, State state) {
    static final BdevLink NONE = new BdevLink(null, null, null, State.AWAY);

    /** What has become of the bdev. */
    enum State {
        /** It is there. */
        THERE,
        /** It is away, for a while as far as is known, because its bundle is being swapped: requests wait. */
        AWAY,
        /** It has been away for too long: requests fail until it is back. */
        GIVEN_UP,
        /** Its configuration has been deleted: the disk is gone. */
        REMOVED
    }

    /** The link to a bdev that is there. */
    static BdevLink to(BlockDevice service, String pid) {
        return new BdevLink(service, pid, new FailingBdev(service), State.THERE);
    }

    /** Whether it is, or was, the bdev of a configuration. */
    boolean isOf(String otherPid) {
        return pid != null && pid.equals(otherPid);
    }

    /** The service leaves: for a while, as far as is known. */
    BdevLink without(BlockDevice leaving) {
        return service == leaving ? new BdevLink(null, pid, remains, State.AWAY) : this;
    }

    /** Nobody waits for it any longer; nothing changes when it is not away, or nothing is known of it. */
    BdevLink givenUp() {
        return state == State.AWAY && remains != null ? new BdevLink(null, pid, remains, State.GIVEN_UP) : this;
    }

    /** The configuration is deleted: the service will leave, if it has not yet, and not come back. */
    BdevLink deleted() {
        return new BdevLink(null, pid, remains, State.REMOVED);
    }

    /** What requests go to in its place, or null if they have to wait, or need not because it is there. */
    BlockDevice standIn() {
        return switch (state) {
            case THERE, AWAY -> null;
            case GIVEN_UP -> remains;
            case REMOVED -> remains.emptied();
        };
    }
}
