// SPDX-License-Identifier: Apache-2.0
package io.hotbay.target;

/**
 * A bdev or a controller that is configured, at one moment.
 *
 * @param kind what it is
 * @param name its name
 * @param type its type, such as {@code malloc} or {@code blk}
 * @param state what has become of it
 * @param reason why it is waiting or failed, for people; empty when it is running
 */
public record ConfiguredStatus(Kind kind, String name, String type, State state, String reason) {
    /** What can be configured by name. */
    public enum Kind {
        /** A block device. */
        BDEV,
        /** A controller. */
        CONTROLLER
    }

    /** What has become of a configuration. */
    public enum State {
        /** Its service is there. That of a controller tells more: {@link Controller#status()}. */
        RUNNING,
        /** Nothing has taken it yet, or what took it lacks something. */
        WAITING,
        /** What took it cannot work so. */
        FAILED
    }
}
