// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import io.hotbay.vhostuser.internal.ring.Patience;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.osgi.service.log.Logger;

/**
 * What a controller lends to its sessions.
 *
 * @param controller its name
 * @param lock held while anything of a session or the device changes; never on the data path
 * @param slot where the device is
 * @param patience for waits
 * @param executor for what must not hold up anything: log entries of the data path, news for front-ends
 */
public record SessionEnvironment(
        String controller, ReentrantLock lock, DeviceSlot slot, Patience patience, Executor executor, Logger logger) {}
