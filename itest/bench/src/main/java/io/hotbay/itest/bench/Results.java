// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** All that a run brings: printed as it comes, kept as JSON in the end. */
final class Results {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private final PrintStream out;
    private final JsonArray pairs = new JsonArray();
    private final JsonArray figures = new JsonArray();
    private final Set<CaseResult.Verdict> verdicts = EnumSet.noneOf(CaseResult.Verdict.class);

    Results(PrintStream out) {
        this.out = out;
    }

    /** Begins a table of pairs. */
    void heading(String first, String second) {
        out.println();
        out.println(CaseResult.heading(first, second));
    }

    /** Takes the result of a pair of targets. */
    void pair(CaseResult result, String first, String second) {
        verdicts.add(result.verdict());
        pairs.add(result.json(first, second));
        out.println(result.text());
    }

    /**
     * Takes a figure of one target.
     *
     * @param limit what it must not exceed, or 0 for no limit
     */
    void figure(String name, String target, double value, String unit, double limit) {
        CaseResult.Verdict verdict = limit == 0
                ? CaseResult.Verdict.MEASURED
                : value <= limit ? CaseResult.Verdict.REACHED : CaseResult.Verdict.MISSED;
        verdicts.add(verdict);
        JsonObject object = new JsonObject();
        object.addProperty("name", name);
        object.addProperty("target", target);
        object.addProperty("value", value);
        object.addProperty("unit", unit);
        object.addProperty("limit", limit);
        object.addProperty("verdict", verdict.name());
        figures.add(object);
        String judged = limit == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        ", limit %.3g %s",
                        limit,
                        verdict == CaseResult.Verdict.REACHED ? "kept" : "EXCEEDED");
        out.printf(Locale.ROOT, "%s, %s: %.3g %s%s%n", name, target, value, unit, judged);
    }

    /** Says something that is not a figure. */
    void remark(String text) {
        out.println(text);
    }

    Set<CaseResult.Verdict> verdicts() {
        return EnumSet.copyOf(verdicts.isEmpty() ? EnumSet.of(CaseResult.Verdict.MEASURED) : verdicts);
    }

    /** Writes everything to a new file in a directory: DATE-COMMIT.json, or DATE-COMMIT.2.json and so on. */
    Path write(Path directory, String commit, BenchOptions options) throws IOException {
        Instant ended = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        String date = ended.toString().substring(0, 10);
        JsonObject root = new JsonObject();
        root.addProperty("date", date);
        root.addProperty("ended", ended.toString());
        root.addProperty("commit", commit);
        root.add("machine", Machine.json());
        root.add("options", options.json());
        root.add("pairs", pairs);
        root.add("figures", figures);
        Files.createDirectories(directory);
        return Files.writeString(create(directory, date + "-" + commit), GSON.toJson(root) + "\n");
    }

    private static Path create(Path directory, String name) throws IOException {
        for (int number = 1; ; number++) {
            Path file = directory.resolve(name + (number == 1 ? "" : "." + number) + ".json");
            try {
                return Files.createFile(file);
            } catch (FileAlreadyExistsException e) {
                // an earlier run of the same commit on the same day
            }
        }
    }
}
