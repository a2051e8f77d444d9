// SPDX-License-Identifier: Apache-2.0
package io.hotbay.upgrade.internal;

import io.hotbay.linux.Datagram;
import io.hotbay.linux.Descriptor;
import io.hotbay.linux.UnixConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** systemd, as far as it keeps descriptors for a service: sd_notify(3), sd_pid_notify_with_fds(3), sd_listen_fds(3). */
final class ServiceManager {
    /** Most descriptors it keeps: what the unit says in FileDescriptorStoreMax= too. */
    private static final String LIMIT = "HOTBAY_FDSTORE";
    /** The unit's name. */
    private static final String UNIT = "HOTBAY_UNIT";

    private static final long PATIENCE_SECONDS = 5;

    private final Map<String, String> environment;

    ServiceManager(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Most descriptors it keeps; 0 if it keeps none or is not there. */
    int limit() {
        try {
            return address() == null ? 0 : Integer.parseInt(environment.getOrDefault(LIMIT, "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private String address() {
        String address = environment.get("NOTIFY_SOCKET");
        return address == null || address.isBlank() ? null : address;
    }

    /**
     * Whether it stops this process in order to start it again. It does not tell the process; but it has a job for it, which is asked
     * for. Where the answer is not clear, it is taken to stop for good.
     */
    boolean isRestarting() throws IOException {
        String unit = environment.getOrDefault(UNIT, "");
        Process process = new ProcessBuilder("systemctl", "list-jobs", "--no-legend", "--no-pager", "--plain")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                return false;
            }
            String jobs = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            // JOB UNIT TYPE STATE
            return jobs.lines()
                    .map(line -> line.strip().split("\\s+"))
                    .anyMatch(words -> words.length > 2 && words[1].equals(unit) && words[2].endsWith("restart"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            process.destroyForcibly();
        }
    }

    /** Has it keep a descriptor, even one that has nothing to say any more. */
    void store(String name, Descriptor descriptor) throws IOException {
        tell("FDSTORE=1\nFDPOLL=0\nFDNAME=" + name + "\n", List.of(descriptor));
    }

    void remove(String name) throws IOException {
        tell("FDSTOREREMOVE=1\nFDNAME=" + name + "\n", List.of());
    }

    /** Waits until it has dealt with all that it was told: of a process that has ended it would not believe it. */
    void barrier() throws IOException {
        UnixConnection[] ends = UnixConnection.pair();
        try (UnixConnection here = ends[0]) {
            try (Descriptor there = ends[1].handOver()) {
                tell("BARRIER=1\n", List.of(there));
            }
            Thread alarm = new Thread(() -> giveUp(here), "hotbay-barrier");
            alarm.setDaemon(true);
            alarm.start();
            here.receive(ByteBuffer.allocate(1), new ArrayList<>());
            alarm.interrupt();
        }
    }

    private static void giveUp(UnixConnection here) {
        try {
            TimeUnit.SECONDS.sleep(PATIENCE_SECONDS);
            here.shutdown();
        } catch (InterruptedException e) {
            // it has answered
            Thread.currentThread().interrupt();
        }
    }

    private void tell(String text, List<Descriptor> attached) throws IOException {
        Datagram.send(address(), text.getBytes(StandardCharsets.UTF_8), attached);
    }
}
