// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import io.hotbay.target.TargetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** The swap under way, in a file: it outlives this bundle and the process. */
final class PendingFile {
    private final Path file;
    private final Gson gson = new Gson();

    PendingFile(Path file) {
        this.file = file;
    }

    void write(Before before) throws TargetException {
        try {
            write(json(before));
        } catch (IOException e) {
            throw new TargetException(file + " cannot be written: " + OneLine.of(e), e);
        }
    }

    String json(Before before) {
        return gson.toJson(before);
    }

    /** Needs no class of this bundle that was not in use before. */
    void write(String json) throws IOException {
        Files.createDirectories(file.getParent());
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(fresh, json);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** What is in the file; empty if there is none or nothing to be made of it. */
    Optional<Before> read() {
        try {
            return Files.exists(file)
                    ? Optional.ofNullable(gson.fromJson(Files.readString(file), Before.class))
                    : Optional.empty();
        } catch (IOException | JsonParseException e) {
            return Optional.empty();
        }
    }

    void delete() throws TargetException {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new TargetException(file + " cannot be deleted: " + OneLine.of(e), e);
        }
    }
}
