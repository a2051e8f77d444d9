// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.Epoll;
import io.hotbay.linux.UnixConnection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Moves a stopped device's state through a pair of sockets, as cloud-hypervisor and crosvm do for a snapshot. */
public final class DeviceState {
    private static final int PIECE = 64 * 1024;
    private static final int TIMEOUT_MILLIS = 10_000;

    private DeviceState() {}

    /** Saves: everything until the back-end closes its end, which it then has to confirm. */
    public static byte[] save(FrontendConnection connection) throws IOException {
        try (UnixConnection near = handOver(connection, FrontendConnection.SAVE)) {
            byte[] state = readAll(near);
            connection.checkDeviceState();
            return state;
        }
    }

    /** Loads what {@link #save} brought, and has the back-end confirm it. */
    public static void load(FrontendConnection connection, byte[] state) throws IOException {
        try (UnixConnection near = handOver(connection, FrontendConnection.LOAD)) {
            if (state.length > 0) {
                near.send(ByteBuffer.wrap(state), List.of());
            }
        }
        connection.checkDeviceState();
    }

    private static UnixConnection handOver(FrontendConnection connection, int direction) throws IOException {
        UnixConnection[] pair = UnixConnection.pair();
        boolean handedOver = false;
        // Only closed, never shut down: that would reach the back-end's copy too.
        try (Descriptor far = Descriptor.adopt(pair[1].number())) {
            connection.setDeviceStateFd(direction, far);
            handedOver = true;
            return pair[0];
        } finally {
            if (!handedOver) {
                pair[0].close();
            }
        }
    }

    private static byte[] readAll(UnixConnection near) throws IOException {
        ByteArrayOutputStream state = new ByteArrayOutputStream();
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
        try (Epoll readable = Epoll.create()) {
            readable.add(near.number(), Epoll.IN, 0);
            while (true) {
                if (readable.await(TIMEOUT_MILLIS) == 0) {
                    throw new SocketTimeoutException(
                            "the back-end neither sent nor ended its state within " + TIMEOUT_MILLIS + " ms");
                }
                piece.clear();
                if (near.receive(piece, new ArrayList<>()) < 0) {
                    return state.toByteArray();
                }
                byte[] bytes = new byte[piece.flip().remaining()];
                piece.get(bytes);
                state.write(bytes);
            }
        }
    }
}
