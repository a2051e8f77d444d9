// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.hotbay.deploy.BundleStatus;
import io.hotbay.deploy.Swap;
import io.hotbay.deploy.SwapPlan;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** Bundles and swaps for people and for programs. */
final class DeployText {
    private DeployText() {}

    // ---- for people

    static void print(List<Swap> swaps, PrintWriter out) {
        Table table = new Table(
                "WHEN",
                "BUNDLE",
                "FROM",
                "TO",
                "TOOK ms",
                "RINGS",
                "REQUESTS",
                "LONGEST PAUSE ms",
                "OUTCOME",
                "REASON");
        for (Swap swap : swaps) {
            table.row(
                    time(swap.start()),
                    swap.bundle(),
                    swap.from().isEmpty() ? "-" : swap.from(),
                    swap.to(),
                    swap.millis(),
                    swap.rings(),
                    swap.requests(),
                    PauseText.millis(swap.longestPauseMicros()),
                    word(swap.outcome()),
                    swap.reason());
        }
        table.print(out);
    }

    /** "io.hotbay.bdev-malloc 0.1.0 -> 0.1.1 in 61 ms: 2 rings paused, 12 requests waited, at most 40.2 ms". */
    static String sentence(Swap swap) {
        String what = swap.bundle() + " " + swap.from() + " -> " + swap.to();
        if (swap.outcome() == Swap.Outcome.UNDER_WAY) {
            return what + " is under way: deploy:history tells how it ends";
        }
        return what + " in " + swap.millis() + " ms: "
                + PauseText.sentence(swap.rings(), swap.requests(), swap.longestPauseMicros());
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String word(Swap.Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    // ---- for programs

    static String bundles(List<BundleStatus> bundles) {
        JsonArray array = new JsonArray();
        for (BundleStatus bundle : bundles) {
            JsonObject json = new JsonObject();
            json.addProperty("id", bundle.id());
            json.addProperty("bundle", bundle.name());
            json.addProperty("version", bundle.version());
            json.addProperty("state", bundle.state());
            json.addProperty("rings", bundle.rings());
            json.add("dependents", strings(bundle.dependents()));
            array.add(json);
        }
        return JsonText.of(array);
    }

    static String plan(SwapPlan plan) {
        JsonArray controllers = new JsonArray();
        for (SwapPlan.Touched touched : plan.controllers()) {
            JsonObject json = new JsonObject();
            json.addProperty("controller", touched.controller());
            json.addProperty("rings", touched.rings());
            json.add("causes", strings(touched.causes()));
            controllers.add(json);
        }
        JsonObject json = new JsonObject();
        json.addProperty("id", plan.id());
        json.addProperty("bundle", plan.bundle());
        json.addProperty("version", plan.version());
        json.addProperty("rings", plan.rings());
        json.add("rewired", strings(plan.rewired()));
        json.add("controllers", controllers);
        return JsonText.of(json);
    }

    static String swaps(List<Swap> swaps) {
        JsonArray array = new JsonArray();
        for (Swap swap : swaps) {
            JsonObject json = new JsonObject();
            json.addProperty("start", Instant.ofEpochMilli(swap.start()).toString());
            json.addProperty("bundle", swap.bundle());
            json.addProperty("from", swap.from());
            json.addProperty("to", swap.to());
            json.addProperty("millis", swap.millis());
            PauseText.add(json, swap.rings(), swap.requests(), swap.longestPauseMicros());
            json.addProperty("outcome", swap.outcome().name().toLowerCase(Locale.ROOT));
            json.addProperty("reason", swap.reason());
            array.add(json);
        }
        return JsonText.of(array);
    }

    private static JsonArray strings(List<String> strings) {
        JsonArray array = new JsonArray();
        strings.forEach(array::add);
        return array;
    }
}
