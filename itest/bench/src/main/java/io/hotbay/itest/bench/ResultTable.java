// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;

/** The results as tables for a README, made from what is kept of them and of nothing else. */
final class ResultTable {
    private ResultTable() {}

    /** The newest results in a directory. */
    static Path newest(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException("no results in " + directory + "; itest/bench/run makes some");
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().matches("\\d{4}-\\d\\d-\\d\\d-[^-]+\\.json"))
                    .max(Comparator.comparing(ResultTable::ended))
                    .orElseThrow(() -> new IOException("no results in " + directory + "; itest/bench/run makes some"));
        }
    }

    /** When a run ended. It stands in the file, as a clone makes all files anew; those kept at first have their day only. */
    private static String ended(Path file) {
        try {
            JsonObject root = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
            return text(root, root.has("ended") ? "ended" : "date");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String markdown(String json) {
        JsonObject root = JsonParser.parseString(json).getAsJsonObject();
        JsonObject machine = root.getAsJsonObject("machine");
        StringBuilder out = new StringBuilder();
        out.append("Measured ").append(text(root, "date")).append(" at commit ").append(text(root, "commit"));
        out.append(" on ").append(text(machine, "cpu")).append(", ").append(text(machine, "online"));
        out.append(" online, Linux ")
                .append(text(machine, "kernel"))
                .append(", JDK ")
                .append(text(machine, "jdk"));
        out.append(". Medians; in brackets what 80 % of the samples lie between.\n\n");
        out.append("| case | first | second | ratio | goal | |\n|---|---|---|---|---|---|\n");
        for (JsonElement pair : root.getAsJsonArray("pairs")) {
            appendPair(out, pair.getAsJsonObject());
        }
        out.append("\n| figure | target | value | limit | |\n|---|---|---|---|---|\n");
        for (JsonElement figure : root.getAsJsonArray("figures")) {
            appendFigure(out, figure.getAsJsonObject());
        }
        return out.toString();
    }

    private static void appendPair(StringBuilder out, JsonObject pair) {
        out.append("| ").append(text(pair, "case"));
        if (pair.has("ratio")) {
            out.append(" | ").append(text(pair, "first")).append(' ').append(thousands(pair, "first_iops"));
            out.append(" | ").append(text(pair, "second")).append(' ').append(thousands(pair, "second_iops"));
            out.append(" | ").append(ratio(pair.getAsJsonObject("ratio")));
        } else {
            out.append(" | ")
                    .append(text(pair, "first"))
                    .append(" | ")
                    .append(text(pair, "second"))
                    .append(" | ");
        }
        out.append(" | ")
                .append(goal(pair, "goal"))
                .append(" | ")
                .append(verdict(pair))
                .append(" |\n");
    }

    private static void appendFigure(StringBuilder out, JsonObject figure) {
        out.append("| ").append(text(figure, "name")).append(" | ").append(text(figure, "target"));
        out.append(String.format(Locale.ROOT, " | %.3g ", figure.get("value").getAsDouble()));
        out.append(text(figure, "unit")).append(" | ").append(goal(figure, "limit"));
        out.append(" | ").append(verdict(figure)).append(" |\n");
    }

    private static String text(JsonObject object, String key) {
        return object.get(key).getAsString().replace("|", "\\|");
    }

    private static String thousands(JsonObject pair, String key) {
        double median = pair.getAsJsonObject(key).get("median").getAsDouble();
        return String.format(Locale.ROOT, median < 1e6 ? "%.4g k IOPS" : "%.0f k IOPS", median / 1e3);
    }

    private static String ratio(JsonObject ratio) {
        return String.format(
                Locale.ROOT,
                "%.2f (%.2f–%.2f)",
                ratio.get("median").getAsDouble(),
                ratio.get("low").getAsDouble(),
                ratio.get("high").getAsDouble());
    }

    private static String goal(JsonObject object, String key) {
        double goal = object.get(key).getAsDouble();
        return goal == 0 ? "" : String.format(Locale.ROOT, "%.2f", goal);
    }

    private static String verdict(JsonObject object) {
        return switch (CaseResult.Verdict.valueOf(text(object, "verdict"))) {
            case MEASURED -> "";
            case REACHED -> "reached";
            case MISSED -> "missed";
            case TOO_NOISY -> "too noisy to tell";
        };
    }
}
