// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SectorPattern;
import io.hotbay.frontend.SessionOptions;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Statistics, coalescing and limits, changed by commands under a front-end that is connected. */
class TuningTest {
    private static final int LENGTH = 4096;

    private TestTarget target;
    private Shell shell;
    private FrontendSession session;

    @BeforeEach
    void connect() throws IOException {
        target = new TestTarget();
        shell = new Shell();
        target.configureBdev("malloc", "Disk", Map.of("size", "4MiB"));
        target.configureController("disk", "Disk");
        target.awaitListening("disk");
        session = FrontendProfile.QEMU_7_2.open(target.socket("disk"), SessionOptions.DEFAULT.withQueues(2));
    }

    @AfterEach
    void disconnect() throws IOException {
        shell.close();
        try (TestTarget last = target) {
            session.close();
            Await.asserted(() ->
                    assertThat(last.controller("disk").status().sessions()).isEmpty());
        }
    }

    private void write(int queue, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            assertThat(session.driver(queue)
                            .write(8L * i, SectorPattern.of(8L * i, LENGTH, 1))
                            .isOk())
                    .isTrue();
        }
    }

    @Test
    void shouldTellWhatEachQueueHasDone() throws Exception {
        write(1, 3);

        assertThat(shell.run("vhost:iostat disk"))
                .containsPattern("(?m)^ +0 +0 +0 +0 ")
                .containsPattern("(?m)^ +0 +1 +0 +3 .* - +- +- +-$");
        assertThat(shell.run("vhost:histogram disk")).contains("measuring is off: vhost:histogram disk on");
        assertThat(target.controller("disk").pauses()).isEmpty();
    }

    @Test
    void shouldMeasureLatenciesWhenToldTo() throws Exception {
        shell.run("vhost:histogram disk on");
        write(0, 5);

        assertThat(shell.run("vhost:histogram disk")).contains("write: 5 requests, p50 ");
        assertThat(shell.run("vhost:iostat disk")).containsPattern("(?m)^ +0 +0 +0 +5 .*\\d$");
        assertThat(shell.run("vhost:iostat --json disk"))
                .contains("\"p99.9\"", "\"write\": 5", "\"most_in_flight\": 1");
        assertThat(shell.run("vhost:iostat disk -i 0.01 -n 2")).contains("WRITE/s");
        assertThat(shell.run("target:save")).contains("\"histogram\": true");

        shell.run("vhost:histogram disk off");
        write(0, 5);

        assertThat(shell.run("vhost:histogram disk")).contains("write: 5 requests");
        assertThat(target.controller("disk").pauses()).isEmpty();
    }

    @Test
    void shouldHoldCallsBackAndGoOnWorking() throws Exception {
        shell.run("vhost:set-coalescing disk 100 100");
        write(0, 200);
        write(1, 5);

        assertThat(shell.run("vhost:show disk"))
                .containsPattern("delay_base_us +100")
                .containsPattern("threshold +100");
        shell.run("vhost:set-coalescing disk 0 60000");
        write(0, 20);
        assertThat(target.controller("disk").pauses()).isEmpty();
    }

    @Test
    void shouldLimitADiskWithoutAPause() throws Exception {
        shell.run("bdev:set-qos Disk rw_ios_per_sec=500 r_mbytes_per_sec=1");
        write(0, 20);

        assertThat(shell.run("bdev:show Disk")).containsPattern("qos +rw_ios_per_sec=500 r_mbytes_per_sec=1");
        assertThat(shell.run("target:save")).contains("\"rw_ios_per_sec\": 500");
        assertThat(target.controller("disk").pauses()).isEmpty();

        shell.run("bdev:set-qos Disk rw_ios_per_sec=0 r_mbytes_per_sec=0");
        write(0, 20);

        assertThat(shell.run("bdev:show Disk")).containsPattern("qos +none");
        assertThat(target.controller("disk").pauses()).isEmpty();
    }

    @Test
    void shouldReplaceALimitedDisksBundle() throws Exception {
        shell.run("bdev:set-qos Disk rw_ios_per_sec=100");
        try (Load load = new Load(session)) {
            load.awaitProgress();
            Framework.stop("bdev-malloc");
            Framework.start("bdev-malloc");
            load.awaitProgress();
        }
        assertThat(shell.run("bdev:show Disk")).containsPattern("qos +rw_ios_per_sec=100");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "vhost:histogram disk maybe | vhost:histogram: \"maybe\" is neither on nor off",
                "vhost:histogram nothing on | controller \"nothing\" does not exist: use disk",
                "vhost:iostat nothing | controller \"nothing\" does not exist: use disk",
                "vhost:iostat disk -i 0 | --interval must be above 0",
                "vhost:iostat disk -i 1 -n 0 | --count must be at least 1",
                "vhost:set-coalescing disk -1 60000 | -1",
                "vhost:set-coalescing disk 1000001 60000 | delay_base_us must be from 0 to 1000000, not 1000001",
                "vhost:set-coalescing disk 10 99 | iops_threshold must be at least 100, not 99",
                "vhost:set-coalescing disk ten 100 | delay_base_us must be a whole number, not \"ten\"",
                "bdev:set-qos Disk rw_ios_per_sec=-1 | rw_ios_per_sec must be from 0 to 1000000000, not -1",
                "bdev:set-qos Disk w_mbytes_per_sec=1000001 | w_mbytes_per_sec must be from 0 to 1000000, not 1000001",
                "bdev:set-qos Disk w_mbytes_per_sec=much | w_mbytes_per_sec must be a whole number, not \"much\"",
                "bdev:set-qos Disk size=1 | size is no limit: use rw_ios_per_sec",
                "bdev:set-qos Nothing rw_ios_per_sec=1 | bdev \"Nothing\" does not exist: use Disk"
            })
    void shouldAnswerAMistakeWithOneLineAndChangeNothing(String command, String message) throws Exception {
        String before = shell.run("target:save");
        assertThatThrownBy(() -> shell.run(command)).hasMessageContaining(message);
        assertThat(shell.run("target:save")).isEqualTo(before);
    }
}
