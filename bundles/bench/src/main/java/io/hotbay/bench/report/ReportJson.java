// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

/** A report for machines. */
public final class ReportJson {
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();
    private static final double THOUSANDTHS = 1e3;

    private ReportJson() {}

    /** The whole report: parameters, total, seconds. Latencies are in microseconds. */
    public static String of(Report report) {
        JsonObject root = new JsonObject();
        root.add("parameters", GSON.toJsonTree(report.parameters()));
        root.add("total", figures(report.total()));
        JsonArray seconds = new JsonArray();
        report.seconds().forEach(second -> seconds.add(figures(second)));
        root.add("seconds", seconds);
        return GSON.toJson(root) + "\n";
    }

    private static JsonObject figures(Figures figures) {
        JsonObject object = new JsonObject();
        object.addProperty("start_s", rounded(figures.start()));
        object.addProperty("duration_s", rounded(figures.seconds()));
        object.addProperty("reads", figures.reads());
        object.addProperty("writes", figures.writes());
        object.addProperty("bytes", figures.bytes());
        object.addProperty("errors", figures.errors());
        object.addProperty("corrupt", figures.corrupt());
        object.addProperty("iops", Math.round(figures.iops()));
        object.addProperty("mib_per_s", rounded(figures.mebibytes()));
        object.add("latency_us", latency(figures.latency()));
        return object;
    }

    private static JsonObject latency(Latency latency) {
        JsonObject object = new JsonObject();
        object.addProperty("mean", rounded(latency.mean()));
        object.addProperty("p50", rounded(latency.p50()));
        object.addProperty("p90", rounded(latency.p90()));
        object.addProperty("p99", rounded(latency.p99()));
        object.addProperty("p99.9", rounded(latency.p999()));
        object.addProperty("p99.99", rounded(latency.p9999()));
        object.addProperty("longest", rounded(latency.longest()));
        return object;
    }

    private static double rounded(double value) {
        return Math.round(value * THOUSANDTHS) / THOUSANDTHS;
    }
}
