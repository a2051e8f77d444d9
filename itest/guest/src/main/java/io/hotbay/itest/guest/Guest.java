// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import com.google.gson.JsonElement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** A Linux guest that runs jobs. It takes about half a minute to boot under TCG, so one guest serves many tests. */
public final class Guest implements AutoCloseable {
    private static final int START_SECONDS = 30;
    private static final int BOOT_SECONDS = 240;
    private static final int JOB_SECONDS = 180;
    private static final int UNPLUG_SECONDS = 60;
    private static final int QUIT_SECONDS = 20;

    private final ChildProcess qemu;
    private final QmpConnection qmp;
    private final JobChannel jobs;
    private final Logs logs;

    private Guest(ChildProcess qemu, QmpConnection qmp, JobChannel jobs, Logs logs) {
        this.qemu = qemu;
        this.qmp = qmp;
        this.jobs = jobs;
        this.logs = logs;
    }

    /**
     * Starts a guest and waits until it can run jobs.
     *
     * @param name what its logs and its sockets are called after
     */
    public static Guest boot(String name, GuestImage image, GuestOptions options, WorkDirectory work, Logs logs) {
        Path console = logs.file(name + "-console.log");
        Path jobSocket = work.socket(name + ".job");
        Path qmpSocket = work.socket(name + ".qmp");
        ChildProcess qemu = ChildProcess.start(
                name + "-qemu", options.commandLine(image, console, jobSocket, qmpSocket), Map.of(), logs);
        try {
            // QEMU makes the sockets in the order of its command line and the monitor last.
            Await.until("QEMU opens its sockets", Settings.timeout(START_SECONDS), logs, () -> {
                qemu.checkAlive();
                return Files.exists(jobSocket) && Files.exists(qmpSocket);
            });
            JobChannel jobs = new JobChannel(name + "-jobs", jobSocket, logs);
            QmpConnection qmp = new QmpConnection(name + "-qmp", qmpSocket, logs);
            jobs.awaitBoot(1, Settings.timeout(BOOT_SECONDS));
            return new Guest(qemu, qmp, jobs, logs);
        } catch (RuntimeException | Error e) {
            qemu.close();
            throw e;
        }
    }

    /** Runs a shell script (with {@code -eu -o pipefail}) and returns how it ended. */
    public JobResult tryRun(String script) {
        jobs.start(script);
        return jobs.awaitResult(Settings.timeout(JOB_SECONDS));
    }

    /** Runs a shell script, which has to end with status 0. */
    public JobResult run(String script) {
        jobs.start(script);
        return awaitSuccess();
    }

    /** Starts a shell script and returns at once; {@link #awaitSuccess} has to follow. */
    public void start(String script) {
        jobs.start(script);
    }

    /** Waits until the script that was started says {@code mark <word>}. */
    public void awaitMark(String word) {
        jobs.awaitMark(word, Settings.timeout(JOB_SECONDS));
    }

    /** Waits for the end of the script that was started; its status has to be 0. */
    public JobResult awaitSuccess() {
        JobResult result = jobs.awaitResult(Settings.timeout(JOB_SECONDS));
        if (result.status() != 0) {
            throw logs.failure("A job in the guest ended with status " + result.status() + ":\n" + result.output());
        }
        return result;
    }

    /** Runs a QMP command. */
    public JsonElement qmp(String command, Map<String, ?> arguments) {
        return qmp.execute(command, arguments);
    }

    /** Lets the guest reboot itself without unmounting anything, and waits until it runs jobs again. */
    public void reboot() {
        String before = jobs.bootId();
        int boots = jobs.boots();
        jobs.startLast("sync; reboot -f");
        jobs.awaitBoot(boots + 1, Settings.timeout(BOOT_SECONDS));
        if (jobs.bootId().equals(before)) {
            throw logs.failure("The guest says it is ready but has not rebooted");
        }
    }

    /** Stops the virtual CPUs and, with them, the rings of every vhost-user device. */
    public void pause() {
        int events = qmp.eventCount();
        qmp("stop", Map.of());
        qmp.awaitEvent("STOP", events, data -> true, Settings.timeout(START_SECONDS));
    }

    /** Lets the guest go on. */
    public void resume() {
        int events = qmp.eventCount();
        qmp("cont", Map.of());
        qmp.awaitEvent("RESUME", events, data -> true, Settings.timeout(START_SECONDS));
    }

    /** A disk in a running guest; closing it unplugs it. */
    public interface Plugged extends AutoCloseable {
        @Override
        void close();
    }

    /** Plugs a disk into the running guest with the commands, and only the properties, that Kata's Go runtime uses. */
    public Plugged hotplug(String id, Path socket, HotplugSlot slot) {
        Map<String, ?> address = Map.of("type", "unix", "data", Map.of("path", socket.toString()));
        Map<String, ?> backend = Map.of("type", "socket", "data", Map.of("server", false, "addr", address));
        qmp("chardev-add", Map.of("id", chardev(id), "backend", backend));
        qmp(
                "device_add",
                Map.of(
                        "driver", "vhost-user-blk-pci",
                        "id", device(id),
                        "chardev", chardev(id),
                        "bus", slot.bus(),
                        "addr", slot.address()));
        return () -> unplug(id);
    }

    /** Unplugs a disk as Kata does: the guest has to let go of the device before its socket is closed. */
    public void unplug(String id) {
        int events = qmp.eventCount();
        qmp("device_del", Map.of("id", device(id)));
        Duration timeout = Settings.timeout(UNPLUG_SECONDS);
        qmp.awaitEvent("DEVICE_DELETED", events, data -> isDevice(data.get("device"), device(id)), timeout);
        qmp("chardev-remove", Map.of("id", chardev(id)));
    }

    private static boolean isDevice(JsonElement named, String id) {
        return named != null && named.getAsString().equals(id);
    }

    private static String chardev(String id) {
        return "blk-" + id;
    }

    private static String device(String id) {
        return "virtio-" + id;
    }

    /** Ends the guest at once; nothing is unmounted. */
    @Override
    public void close() {
        try (qemu;
                qmp;
                jobs) {
            if (qemu.isAlive()) {
                qmp("quit", Map.of());
                qemu.awaitExit(Settings.timeout(QUIT_SECONDS));
            }
        }
    }
}
