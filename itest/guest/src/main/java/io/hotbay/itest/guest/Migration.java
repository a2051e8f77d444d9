// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The move of a running machine's memory and devices to a QEMU that waits for them. */
final class Migration {
    /** Slow enough for the guest to change much of what has been sent. */
    private static final long SLOW = 64L << 20;

    private static final long FAST = 4L << 30;
    /** QEMU counts one before it sends anything, and one more each time all that was known to be dirty has been sent. */
    private static final int PASSES = 3;

    private static final Duration TIMEOUT = Settings.timeout(180);

    private final Machine source;
    private final Path stream;
    private final Logs logs;

    /**
     * A migration that has not begun.
     *
     * @param stream the unix socket that memory and state go over
     */
    Migration(Machine source, Path stream, Logs logs) {
        this.source = source;
        this.stream = stream;
        this.logs = logs;
    }

    /** QEMU's options for a machine that waits to be migrated to. */
    List<String> incoming(GuestImage image) {
        return Stream.concat(image.bootOptions().stream(), Stream.of("-incoming", "unix:" + stream))
                .toList();
    }

    /** Copies memory and state, and lets the guest go on until its memory has been sent and what has changed meanwhile as well. */
    void copy() {
        limit(SLOW, 1);
        begin();
        Await.until("memory is sent again", TIMEOUT, logs, this::isSentAgain);
        limit(FAST, 20_000);
        awaitEnd();
    }

    /** Sends all but the memory, which the destination has already. */
    void moveTo(Machine destination) {
        shareMemory(source);
        shareMemory(destination);
        begin();
        awaitEnd();
    }

    private static void shareMemory(Machine machine) {
        Map<String, ?> capability = Map.of("capability", "x-ignore-shared", "state", true);
        machine.qmp("migrate-set-capabilities", Map.of("capabilities", List.of(capability)));
    }

    private void begin() {
        source.qmp("migrate", Map.of("uri", "unix:" + stream));
    }

    private void awaitEnd() {
        Await.until("the migration is complete", TIMEOUT, logs, () -> status(unfailed())
                .equals("completed"));
    }

    private void limit(long bytesPerSecond, int downtimeMillis) {
        source.qmp("migrate-set-parameters", Map.of("max-bandwidth", bytesPerSecond, "downtime-limit", downtimeMillis));
    }

    /** The last passes may take less time than there is between two looks. */
    private boolean isSentAgain() {
        JsonObject migration = unfailed();
        boolean again = passes(migration) >= PASSES;
        if (!again && status(migration).equals("completed")) {
            throw logs.failure("The guest has changed too little while its memory was sent: " + migration);
        }
        return again;
    }

    private JsonObject unfailed() {
        JsonObject migration = source.qmp("query-migrate", Map.of()).getAsJsonObject();
        if (status(migration).equals("failed")) {
            throw logs.failure("The migration has failed: " + migration);
        }
        return migration;
    }

    private static String status(JsonObject migration) {
        return migration.has("status") ? migration.get("status").getAsString() : "none";
    }

    private static int passes(JsonObject migration) {
        return migration.has("ram")
                ? migration.getAsJsonObject("ram").get("dirty-sync-count").getAsInt()
                : 0;
    }
}
