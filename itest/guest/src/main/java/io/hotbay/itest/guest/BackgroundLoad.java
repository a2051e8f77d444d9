// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** Work that a guest repeats between jobs until it is told to stop or fails. Meanwhile the job channel is free, or can be moved. */
public final class BackgroundLoad {
    private final String name;

    private BackgroundLoad(String name) {
        this.name = name;
    }

    /**
     * Starts to run a script (with {@code -eu -o pipefail}) again and again.
     *
     * @param name what its files in the guest are called after
     */
    public static BackgroundLoad start(Guest guest, String name, String script) {
        BackgroundLoad load = new BackgroundLoad(name);
        guest.run(load.named("""
                rm -f /run/LOAD.*
                echo SCRIPT | base64 -d >/run/LOAD.job
                (
                    status=0
                    rounds=0
                    rm -f /run/LOAD.slowest
                    until [ -e /run/LOAD.stop ]; do
                        sh -eu -o pipefail /run/LOAD.job >/run/LOAD.log 2>&1 || { status=$?; break; }
                        grep ' lat (.*min=' /run/LOAD.log >>/run/LOAD.slowest || true
                        rounds=$((rounds + 1))
                    done
                    echo "$status $rounds" >/run/LOAD.new
                    mv /run/LOAD.new /run/LOAD.end
                ) >/dev/null 2>&1 &
                """)
                .replace("SCRIPT", Base64.getEncoder().encodeToString(script.getBytes(StandardCharsets.UTF_8))));
        return load;
    }

    /** Fails when the load has ended, and says why. */
    public void checkRunning(Guest guest) {
        guest.run(named("[ ! -e /run/LOAD.end ] || { cat /run/LOAD.end /run/LOAD.log; exit 1; }"));
    }

    /**
     * Lets the last round come to its end; fails when a round has failed or none was complete.
     *
     * @return fio's lines about how long requests took, the longest among them: of each complete round one for writes and one for reads
     */
    public List<String> stop(Guest guest) {
        JobResult result = guest.run(named("""
                touch /run/LOAD.stop
                until [ -e /run/LOAD.end ]; do usleep 50000; done
                read -r status rounds </run/LOAD.end
                echo "rounds=$rounds"
                [ "$status" -eq 0 ] || { cat /run/LOAD.log; exit 1; }
                cat /run/LOAD.slowest
                """));
        assertThat(Integer.parseInt(result.values().get("rounds")))
                .as("complete rounds of " + name)
                .isPositive();
        return result.output().lines().filter(line -> line.contains(" lat (")).toList();
    }

    private String named(String script) {
        return script.replace("LOAD", name);
    }
}
