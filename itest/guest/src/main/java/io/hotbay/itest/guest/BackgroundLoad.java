// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

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
                    until [ -e /run/LOAD.stop ]; do
                        sh -eu -o pipefail /run/LOAD.job >/run/LOAD.log 2>&1 || { status=$?; break; }
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

    /** Lets the last round come to its end; fails when a round has failed or none was complete. */
    public void stop(Guest guest) {
        JobResult result = guest.run(named("""
                touch /run/LOAD.stop
                until [ -e /run/LOAD.end ]; do usleep 50000; done
                read -r status rounds </run/LOAD.end
                echo "rounds=$rounds"
                [ "$status" -eq 0 ] || { cat /run/LOAD.log; exit 1; }
                """));
        assertThat(Integer.parseInt(result.values().get("rounds")))
                .as("complete rounds of " + name)
                .isPositive();
    }

    private String named(String script) {
        return script.replace("LOAD", name);
    }
}
