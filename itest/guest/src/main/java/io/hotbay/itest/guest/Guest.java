// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import com.google.gson.JsonElement;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A Linux guest that runs jobs. It takes about half a minute to boot under TCG, so one guest serves many tests. */
public final class Guest implements AutoCloseable {
    private static final int BOOT_SECONDS = 240;
    private static final int JOB_SECONDS = 180;
    private static final int UNPLUG_SECONDS = 60;

    private final Machine machine;
    private final JobChannel jobs;
    private final Logs logs;

    private Guest(Machine machine, JobChannel jobs, Logs logs) {
        this.machine = machine;
        this.jobs = jobs;
        this.logs = logs;
    }

    /**
     * Starts a guest and waits until it can run jobs.
     *
     * @param name what its logs and its sockets are called after
     */
    public static Guest boot(String name, GuestImage image, GuestOptions options, WorkDirectory work, Logs logs) {
        Machine machine = Machine.start(name, options, image.bootOptions(), work, logs);
        try {
            JobChannel jobs = new JobChannel(name + "-jobs", machine.jobSocket(), logs);
            jobs.awaitBoot(1, Settings.timeout(BOOT_SECONDS));
            return new Guest(machine, jobs, logs);
        } catch (RuntimeException | Error e) {
            machine.close();
            throw e;
        }
    }

    /** The machine it runs on. */
    public Machine machine() {
        return machine;
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

    /** Lets the guest reboot itself without unmounting anything, and waits until it runs jobs again. */
    public void reboot() {
        rebootAfter(() -> jobs.startLast("sync; reboot -f"));
    }

    /** Resets the machine, in the middle of a job or not, and waits until the guest runs jobs again. */
    public void reset() {
        rebootAfter(() -> {
            jobs.abandon();
            machine.reset();
        });
    }

    /** Resets the machine and does something before the guest boots; then waits until it runs jobs again. */
    public void reset(Runnable meanwhile) {
        rebootAfter(() -> {
            jobs.abandon();
            machine.pause();
            machine.reset();
            meanwhile.run();
            machine.resume();
        });
    }

    private void rebootAfter(Runnable cause) {
        String before = jobs.bootId();
        int boots = jobs.boots();
        cause.run();
        jobs.awaitBoot(boots + 1, Settings.timeout(BOOT_SECONDS));
        if (jobs.bootId().equals(before)) {
            throw logs.failure("The guest says it is ready but has not rebooted");
        }
    }

    /**
     * Moves the guest, with no job running, to another machine and returns it there; what is left of this one still has to be closed. Memory
     * is handed over, not copied: QEMU 7.2 loses what the processors write to memory while it is copied, if it interprets them (TCG).
     *
     * @param options the same as here, but for the sockets of its disks
     */
    public Guest move(String name, GuestImage image, GuestOptions options, WorkDirectory work) {
        Migration migration = new Migration(machine, work.socket(name + ".migration"), logs);
        Machine destination = Machine.start(name, options.withMemoryOf(machine), migration.incoming(image), work, logs);
        try {
            migration.moveTo(destination);
            return new Guest(destination, new JobChannel(name + "-jobs", destination.jobSocket(), logs), logs);
        } catch (RuntimeException | Error e) {
            destination.close();
            throw e;
        }
    }

    /**
     * Copies the guest into another machine while it runs, and returns that machine: paused, as this one is now.
     *
     * @param options the same as here, but for the sockets of its disks
     */
    public Machine copy(String name, GuestImage image, GuestOptions options, WorkDirectory work) {
        Migration migration = new Migration(machine, work.socket(name + ".migration"), logs);
        List<String> further = new ArrayList<>(migration.incoming(image));
        further.add("-S");
        Machine destination = Machine.start(name, options, further, work, logs);
        try {
            migration.copy();
            return destination;
        } catch (RuntimeException | Error e) {
            destination.close();
            throw e;
        }
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
        machine.qmp("chardev-add", Map.of("id", chardev(id), "backend", backend));
        machine.qmp(
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
        machine.qmp(
                "device_del",
                Map.of("id", device(id)),
                "DEVICE_DELETED",
                data -> isDevice(data.get("device"), device(id)),
                Settings.timeout(UNPLUG_SECONDS));
        machine.qmp("chardev-remove", Map.of("id", chardev(id)));
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
        try (machine;
                jobs) {
            // Nothing: both are closed, whatever the other does.
        }
    }
}
