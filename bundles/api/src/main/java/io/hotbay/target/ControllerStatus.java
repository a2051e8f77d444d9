// SPDX-License-Identifier: Apache-2.0
package io.hotbay.target;

import java.util.List;
import java.util.Map;

/**
 * A controller at one moment.
 *
 * @param name its name
 * @param type its device type
 * @param bdev name of the bdev behind it
 * @param socket path of its socket
 * @param state what it is doing
 * @param reason why it is waiting or failed, in a sentence, and what holds up a stop of its queues, and for how long; empty when
 *     it is listening and nothing does
 * @param queues number of queues offered, or 0 while there is no device
 * @param queueSize largest ring offered, or 0 while there is no device
 * @param cores the cores its queues may run on, as a list; empty for all
 * @param options its configuration
 * @param sessions the front-ends connected now
 */
public record ControllerStatus(
        String name,
        String type,
        String bdev,
        String socket,
        State state,
        String reason,
        int queues,
        int queueSize,
        String cores,
        Map<String, Object> options,
        List<SessionStatus> sessions) {
    /** What a controller is doing. */
    public enum State {
        /**
         * Something it needs is not there: a bdev, a device type. There is no socket, or the guest's requests wait. When the bdev
         * has been deleted, or has been away for longer than requests are held, they get I/O errors.
         */
        WAITING,
        /** It answers on its socket. */
        LISTENING,
        /** It cannot work as configured. */
        FAILED
    }

    public ControllerStatus {
        options = Map.copyOf(options);
        sessions = List.copyOf(sessions);
    }
}
