// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.apache.felix.hc.api.ResultLog;

/** A health report for people and for programs. */
final class HealthText {
    private HealthText() {}

    /** @param verbose whether also what is in order is told in full */
    static void print(HealthReport report, boolean verbose, PrintWriter out) {
        Table table = new Table("CHECK", "STATUS", "FINDING");
        for (HealthReport.Outcome outcome : report.outcomes()) {
            boolean all = verbose || outcome.status() == Status.OK;
            findings(outcome.result()).stream()
                    .filter(finding -> verbose || !finding.isDebug())
                    .filter(finding -> all || finding.getStatus() != Status.OK)
                    .forEach(finding -> table.row(outcome.check().name(), finding.getStatus(), text(finding)));
        }
        table.print(out);
        out.println(summary(report));
    }

    /** "5 checks: 3 OK, 1 WARN, 1 CRITICAL". */
    private static String summary(HealthReport report) {
        List<String> parts = new ArrayList<>();
        for (Status status : Status.values()) {
            long number = report.outcomes().stream()
                    .filter(outcome -> outcome.status() == status)
                    .count();
            if (number > 0) {
                parts.add(number + " " + status);
            }
        }
        int checks = report.outcomes().size();
        return checks + (checks == 1 ? " check: " : " checks: ") + String.join(", ", parts);
    }

    static String json(HealthReport report) {
        JsonArray checks = new JsonArray();
        report.outcomes().forEach(outcome -> checks.add(json(outcome)));
        JsonObject json = new JsonObject();
        json.addProperty("status", report.status().toString());
        json.add("checks", checks);
        return new GsonBuilder()
                .setPrettyPrinting()
                .disableHtmlEscaping()
                .create()
                .toJson(json);
    }

    private static JsonObject json(HealthReport.Outcome outcome) {
        JsonObject json = new JsonObject();
        json.addProperty("name", outcome.check().name());
        JsonArray tags = new JsonArray();
        outcome.check().tags().forEach(tags::add);
        json.add("tags", tags);
        json.addProperty("status", outcome.status().toString());
        JsonArray findings = new JsonArray();
        for (ResultLog.Entry finding : outcome.result()) {
            JsonObject entry = new JsonObject();
            entry.addProperty("status", finding.getStatus().toString());
            entry.addProperty("message", text(finding));
            findings.add(entry);
        }
        json.add("findings", findings);
        return json;
    }

    private static List<ResultLog.Entry> findings(Result result) {
        return StreamSupport.stream(result.spliterator(), false).toList();
    }

    private static String text(ResultLog.Entry finding) {
        return finding.getException() == null
                ? finding.getMessage()
                : finding.getMessage() + ": " + finding.getException();
    }
}
