// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import io.hotbay.linux.UnixConnection;
import java.io.IOException;
import java.nio.file.Path;

/** Somebody else's socket, which runs already. */
final class GivenTarget implements BenchTarget {
    private final Path socket;
    private final long pid;
    private final boolean mayWrite;

    private GivenTarget(Path socket, long pid, boolean mayWrite) {
        this.socket = socket;
        this.pid = pid;
        this.mayWrite = mayWrite;
    }

    static GivenTarget of(Path socket, boolean mayWrite) throws IOException {
        try (UnixConnection connection = UnixConnection.connect(socket)) {
            return new GivenTarget(socket, connection.peer().pid(), mayWrite);
        }
    }

    @Override
    public String name() {
        return socket.getFileName().toString();
    }

    @Override
    public long pid() {
        return pid;
    }

    @Override
    public Path socket(BenchDisk disk) {
        return socket;
    }

    @Override
    public boolean isOurs() {
        return mayWrite;
    }

    @Override
    public void close() {
        // It was there before and stays.
    }
}
