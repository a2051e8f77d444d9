// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.apache.felix.hc.api.ResultLog;
import org.junit.jupiter.api.Test;

class HealthReportTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private static final NamedCheck SOUND = check("a", () -> new Result(Status.OK, "2 rings running"));
    private static final NamedCheck SLOW = check("b", () -> new Result(Status.WARN, "slow"));
    private static final NamedCheck BROKEN = check("c", HealthReportTest::broken);

    private static Result broken() {
        ResultLog log = new ResultLog();
        log.add(new ResultLog.Entry(Status.OK, "ring 0 runs"));
        log.add(new ResultLog.Entry(Status.CRITICAL, "ring 1 is broken"));
        return new Result(log);
    }

    private static NamedCheck check(String name, Callable<Result> execution) {
        return new NamedCheck(name, List.of("hotbay"), execution);
    }

    @Test
    void shouldShowWhatIsWrongAndSumUp() throws Exception {
        HealthReport report = HealthReport.of(List.of(SOUND, SLOW, BROKEN), LONG);

        assertThat(text(report, false)).isEqualTo("""
                CHECK  STATUS    FINDING
                a      OK        2 rings running
                b      WARN      slow
                c      CRITICAL  ring 1 is broken
                3 checks: 1 OK, 1 WARN, 1 CRITICAL
                """);
        assertThat(text(report, true)).contains("c      OK        ring 0 runs");
    }

    @Test
    void shouldFailForWhatDoesNotWorkAndNotForWarnings() throws Exception {
        assertThat(HealthReport.of(List.of(SOUND, SLOW), LONG).failed()).isEmpty();
        assertThat(HealthReport.of(List.of(SOUND, SLOW, BROKEN), LONG).failed()).containsExactly("c");
        NamedCheck waiting = check("d", () -> new Result(Status.TEMPORARILY_UNAVAILABLE, "waits"));
        assertThat(HealthReport.of(List.of(waiting, SOUND), LONG).failed()).containsExactly("d");
    }

    @Test
    void shouldWriteJson() throws Exception {
        JsonObject json = JsonParser.parseString(HealthText.json(HealthReport.of(List.of(SOUND, BROKEN), LONG)))
                .getAsJsonObject();

        assertThat(json.get("status").getAsString()).isEqualTo("CRITICAL");
        JsonObject broken = json.getAsJsonArray("checks").get(1).getAsJsonObject();
        assertThat(broken.get("name").getAsString()).isEqualTo("c");
        assertThat(broken.getAsJsonArray("tags").get(0).getAsString()).isEqualTo("hotbay");
        assertThat(broken.getAsJsonArray("findings").get(1).getAsJsonObject().toString())
                .isEqualTo("{\"status\":\"CRITICAL\",\"message\":\"ring 1 is broken\"}");
    }

    @Test
    void shouldGoOnWhenACheckFails() throws Exception {
        NamedCheck failing = check("b", () -> {
            throw new IllegalStateException("no idea");
        });
        NamedCheck mute = check("c", () -> null);

        HealthReport report = HealthReport.of(List.of(SOUND, failing, mute), LONG);

        assertThat(report.failed()).containsExactly("b", "c");
        assertThat(report.status()).isEqualTo(Status.HEALTH_CHECK_ERROR);
        assertThat(text(report, false))
                .contains("it failed: java.lang.IllegalStateException: no idea")
                .contains("it returned nothing");
    }

    @Test
    void shouldNotWaitForACheckForEver() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        NamedCheck stuck = check("b", () -> {
            never.await();
            return null;
        });

        HealthReport report = HealthReport.of(List.of(stuck), Duration.ofMillis(100));

        assertThat(report.failed()).containsExactly("b");
        assertThat(text(report, false)).contains("it did not end within");
    }

    @Test
    void shouldRunAllAtOnce() throws Exception {
        CyclicBarrier together = new CyclicBarrier(2);
        Callable<Result> meeting = () -> {
            together.await();
            return new Result(Status.OK, "met");
        };

        assertThat(HealthReport.of(List.of(check("a", meeting), check("b", meeting)), LONG)
                        .failed())
                .isEmpty();
    }

    private static String text(HealthReport report, boolean verbose) {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        HealthText.print(report, verbose, out);
        out.flush();
        return text.toString();
    }
}
