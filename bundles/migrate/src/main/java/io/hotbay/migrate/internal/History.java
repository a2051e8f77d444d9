// SPDX-License-Identifier: Apache-2.0
package io.hotbay.migrate.internal;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import io.hotbay.target.MigrationStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** The last migrations in a file, one JSON object a line, for the next life of this bundle and of the process. */
final class History {
    private final Path file;
    private final Gson gson = new Gson();

    History(Path file) {
        this.file = file;
    }

    synchronized List<MigrationStatus> read() throws IOException {
        List<MigrationStatus> all = new ArrayList<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                MigrationStatus status = parse(line);
                if (status != null) {
                    all.add(status);
                }
            }
        }
        return all;
    }

    /** A line that makes no sense is no reason to lose the others. */
    private MigrationStatus parse(String line) {
        try {
            MigrationStatus status = gson.fromJson(line, MigrationStatus.class);
            return status == null || status.bdev() == null || status.state() == null || status.reason() == null
                    ? null
                    : status;
        } catch (JsonParseException e) {
            return null;
        }
    }

    synchronized void write(List<MigrationStatus> all) throws IOException {
        Files.createDirectories(file.getParent());
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.write(fresh, all.stream().map(gson::toJson).toList());
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
