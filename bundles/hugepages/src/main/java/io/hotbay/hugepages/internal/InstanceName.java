// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.zip.CRC32;

/** Names a running target, the same after a restart, so that it finds its leases again. */
final class InstanceName {
    private static final int READABLE = 60;

    private InstanceName() {}

    /**
     * Derives the name.
     *
     * @param runDirectory runtime directory, which belongs to one target at a time; null if it has none, then the name
     *     dies with the process
     */
    static String of(String runDirectory) {
        if (runDirectory == null || runDirectory.isBlank()) {
            ProcessHandle self = ProcessHandle.current();
            long started = self.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
            return "pid-" + self.pid() + "-" + Long.toHexString(started);
        }
        String path = Path.of(runDirectory).toAbsolutePath().normalize().toString();
        CRC32 digest = new CRC32();
        digest.update(path.getBytes(StandardCharsets.UTF_8));
        String readable = path.substring(1).replaceAll("[^A-Za-z0-9._-]", "-");
        return readable.substring(Math.max(0, readable.length() - READABLE)) + "-"
                + String.format("%08x", digest.getValue());
    }
}
