// SPDX-License-Identifier: Apache-2.0
package io.hotbay.target;

import java.util.List;

/**
 * A connected front-end at one moment.
 *
 * @param id counts the controller's sessions from 0
 * @param peerPid process that connected; 0 when it is not visible from here, -1 when unknown
 * @param peerUid its user when it connected, -1 when unknown
 * @param peerGid its group when it connected, -1 when unknown
 * @param peerName what the process called itself when it connected, or empty
 * @param features virtio features the driver accepted
 * @param protocolFeatures vhost-user protocol features the front-end accepted
 * @param regions number of memory regions
 * @param memory bytes of guest memory shared
 * @param queues its queues
 */
public record SessionStatus(
        int id,
        int peerPid,
        int peerUid,
        int peerGid,
        String peerName,
        long features,
        long protocolFeatures,
        int regions,
        long memory,
        List<QueueStatus> queues) {
    public SessionStatus {
        queues = List.copyOf(queues);
    }
}
