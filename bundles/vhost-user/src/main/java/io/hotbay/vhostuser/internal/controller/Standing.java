// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import io.hotbay.reactor.CpuSet;
import io.hotbay.target.ControllerStatus;
import io.hotbay.target.ControllerStatus.State;
import io.hotbay.target.SessionStatus;
import io.hotbay.vhostuser.internal.session.DeviceFacts;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.service.log.Logger;

/** What a controller tells of itself: how it is and why, and what its device offers. Changed under the controller's lock, read by any thread. */
final class Standing {
    private final Logger logger;
    private volatile State state = State.WAITING;
    private volatile String reason = "";
    private volatile DeviceFacts facts;

    Standing(Logger logger) {
        this.logger = logger;
    }

    boolean isListening() {
        return state == State.LISTENING;
    }

    /** Why it does not listen; empty if it does. */
    String reason() {
        return reason;
    }

    /** What the device says that sessions get now; null while there is none. */
    DeviceFacts facts() {
        return facts;
    }

    void facts(DeviceFacts next) {
        facts = next;
    }

    /** Comes to a state, and logs that if it is news. */
    void enter(ControllerSettings settings, State next, String why) {
        if (state == next && reason.equals(why)) {
            return;
        }
        reason = why;
        state = next;
        switch (next) {
            case LISTENING:
                logger.info("{}: listens on {}", settings.name(), settings.socket());
                break;
            case WAITING:
                logger.info("{}: {}", settings.name(), why);
                break;
            default:
                logger.error("{}: {}", settings.name(), why);
                break;
        }
    }

    /** @param delays what somebody waits for */
    ControllerStatus status(ControllerSettings settings, List<String> delays, List<SessionStatus> sessions) {
        DeviceFacts known = facts;
        return new ControllerStatus(
                settings.name(),
                settings.type(),
                settings.bdev(),
                settings.socket().toString(),
                state,
                Stream.concat(Stream.of(reason), delays.stream())
                        .filter(each -> !each.isEmpty())
                        .collect(Collectors.joining("; ")),
                known == null ? 0 : known.queues(),
                known == null ? 0 : known.queueSizeLimit(),
                cores(settings),
                settings.options(),
                sessions);
    }

    private static String cores(ControllerSettings settings) {
        try {
            return CpuSet.list(settings.cores());
        } catch (IllegalArgumentException e) {
            return settings.cpumask();
        }
    }
}
