// SPDX-License-Identifier: Apache-2.0
package io.hotbay.target;

import io.hotbay.bdev.IoStatistics;

/**
 * What a queue of a session has done since the session began, also before a pause or another start of its ring.
 *
 * @param session id of the session
 * @param index number of the queue
 * @param io its counters, and its latencies while or since they are measured
 */
public record QueueStatistics(int session, int index, IoStatistics.Snapshot io) {}
