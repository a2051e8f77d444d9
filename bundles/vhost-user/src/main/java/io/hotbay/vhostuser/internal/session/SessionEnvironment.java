// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import io.hotbay.vhostuser.internal.ring.Patience;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.osgi.service.log.Logger;

/**
 * What a controller lends to a session.
 *
 * @param controller its name
 * @param lock held while anything of the session or its device changes; never on the data path
 * @param slot where the session's device is
 * @param patience for waits
 * @param executor for what must not hold up anything: log entries of the data path, news for front-ends
 * @param memoryLimit most bytes of guest memory of the session; {@link Long#MAX_VALUE} for no limit
 */
public record SessionEnvironment(
        String controller,
        ReentrantLock lock,
        DeviceSlot slot,
        Patience patience,
        Executor executor,
        Logger logger,
        long memoryLimit) {}
