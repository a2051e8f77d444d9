// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.hotbay.deploy.BundleStatus;
import io.hotbay.deploy.Swap;
import io.hotbay.deploy.Swap.Outcome;
import io.hotbay.deploy.SwapPlan;
import io.hotbay.deploy.SwapPlan.Touched;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeployTextTest {
    private static final Swap SWAP = new Swap(
            1_000_000_000_123L, "io.hotbay.bdev-malloc", "0.1.0", "0.1.1", 61, 1, 12, 40_249, Outcome.DONE, "");

    @Test
    void shouldSayInASentenceWhatASwapHasCost() {
        assertThat(DeployText.sentence(SWAP))
                .isEqualTo("io.hotbay.bdev-malloc 0.1.0 -> 0.1.1 in 61 ms: 1 ring paused, 12 requests waited, at most"
                        + " 40.2 ms");
    }

    @Test
    void shouldPointToTheHistoryWhenASwapHasNotEnded() {
        Swap underWay = new Swap(1, "io.hotbay.api", "1.0.0", "1.0.1", 0, 0, 0, 0, Outcome.UNDER_WAY, "");

        assertThat(DeployText.sentence(underWay)).endsWith("is under way: deploy:history tells how it ends");
    }

    @Test
    void shouldPrintSwapsAsATable() {
        StringWriter text = new StringWriter();
        Swap installed = new Swap(2, "com.example", "", "1.0.0", 5, 0, 0, 0, Outcome.ROLLED_BACK, "no");

        DeployText.print(List.of(SWAP, installed), new PrintWriter(text, true));

        assertThat(text.toString().lines().toList().get(1))
                .matches("2001-09-09T01:46:40Z +io.hotbay.bdev-malloc +0.1.0 +0.1.1 +61 +1 +12 +40.2 +done");
        assertThat(text.toString().lines().toList().get(2))
                .matches("1970-01-01T00:00:00Z +com.example +- +1.0.0 +5 +0 +0 +0.0 +rolled back +no");
    }

    @Test
    void shouldWriteJson() {
        JsonObject swap = JsonParser.parseString(DeployText.swaps(List.of(SWAP)))
                .getAsJsonArray()
                .get(0)
                .getAsJsonObject();
        assertThat(swap.get("start").getAsString()).isEqualTo("2001-09-09T01:46:40.123Z");
        assertThat(swap.get("outcome").getAsString()).isEqualTo("done");

        JsonObject plan = JsonParser.parseString(DeployText.plan(new SwapPlan(
                        7,
                        "io.hotbay.reactor",
                        "0.1.0",
                        List.of("io.hotbay.shell"),
                        List.of(new Touched("c", 2, List.of("reactors")), new Touched("d", 3, List.of("reactors"))))))
                .getAsJsonObject();
        assertThat(plan.get("rings").getAsInt()).isEqualTo(5);
        assertThat(plan.getAsJsonArray("controllers")).hasSize(2);

        JsonObject bundle = JsonParser.parseString(
                        DeployText.bundles(List.of(new BundleStatus(7, "a", "1.0.0", "active", List.of("b", "c"), 2))))
                .getAsJsonArray()
                .get(0)
                .getAsJsonObject();
        assertThat(bundle.getAsJsonArray("dependents")).hasSize(2);
        assertThat(bundle.get("rings").getAsInt()).isEqualTo(2);
    }
}
