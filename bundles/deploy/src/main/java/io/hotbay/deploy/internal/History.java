// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import io.hotbay.deploy.Deployment;
import io.hotbay.deploy.Swap;
import io.hotbay.target.TargetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Past swaps in a file, one JSON object a line. It is shortened now and then rather than with each swap. */
final class History {
    private static final int SLACK = 100;

    private final Path file;
    private final Gson gson = new Gson();

    History(Path file) {
        this.file = file;
    }

    synchronized List<Swap> swaps() throws TargetException {
        List<Swap> swaps = new ArrayList<>();
        for (String line : text().lines().toList()) {
            Swap swap = parse(line);
            if (swap != null) {
                swaps.add(swap);
            }
        }
        return List.copyOf(swaps.subList(Math.max(0, swaps.size() - Deployment.HISTORY), swaps.size()));
    }

    /** A line that was cut short when the machine died is no reason to lose the others. */
    private Swap parse(String line) {
        try {
            Swap swap = gson.fromJson(line, Swap.class);
            return swap == null || swap.bundle() == null || swap.outcome() == null ? null : swap;
        } catch (JsonParseException e) {
            return null;
        }
    }

    synchronized void add(Swap swap) throws TargetException {
        try {
            Files.createDirectories(file.getParent());
            String text = text();
            List<String> lines = text.lines().toList();
            if (lines.size() >= Deployment.HISTORY + SLACK) {
                rewrite(lines.subList(lines.size() - Deployment.HISTORY, lines.size()));
            }
            String separator = text.isEmpty() || text.endsWith("\n") ? "" : "\n";
            Files.writeString(
                    file, separator + gson.toJson(swap) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new TargetException("the history in " + file + " cannot be written: " + OneLine.of(e), e);
        }
    }

    private void rewrite(List<String> lines) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.write(fresh, lines);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private String text() throws TargetException {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new TargetException("the history in " + file + " cannot be read: " + OneLine.of(e), e);
        }
    }
}
