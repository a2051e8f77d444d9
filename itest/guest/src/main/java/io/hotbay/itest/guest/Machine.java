// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A running QEMU, whatever its guest does. */
public final class Machine implements AutoCloseable {
    private static final int START_SECONDS = 30;
    private static final int QUIT_SECONDS = 20;

    private final ChildProcess qemu;
    private final QmpConnection qmp;
    private final Path console;
    private final Path jobSocket;
    private final Logs logs;

    private Machine(ChildProcess qemu, QmpConnection qmp, Path console, Path jobSocket, Logs logs) {
        this.qemu = qemu;
        this.qmp = qmp;
        this.console = console;
        this.jobSocket = jobSocket;
        this.logs = logs;
    }

    /**
     * Starts a machine; without further options its firmware boots from its disks.
     *
     * @param name what its logs and its sockets are called after
     * @param further options of QEMU, such as the kernel to boot
     */
    public static Machine start(
            String name, GuestOptions options, List<String> further, WorkDirectory work, Logs logs) {
        Path console = logs.file(name + "-console.log");
        Path jobSocket = work.socket(name + ".job");
        Path qmpSocket = work.socket(name + ".qmp");
        List<String> line = Stream.concat(options.commandLine(console, jobSocket, qmpSocket).stream(), further.stream())
                .toList();
        ChildProcess qemu = ChildProcess.start(name + "-qemu", line, Map.of(), logs);
        try {
            // QEMU makes the sockets in the order of its command line and the monitor last.
            Await.until("QEMU opens its sockets", Settings.timeout(START_SECONDS), logs, () -> {
                qemu.checkAlive();
                return Files.exists(jobSocket) && Files.exists(qmpSocket);
            });
            return new Machine(qemu, new QmpConnection(name + "-qmp", qmpSocket, logs), console, jobSocket, logs);
        } catch (RuntimeException | Error e) {
            qemu.close();
            throw e;
        }
    }

    /** The other end of the guest's second serial port. */
    Path jobSocket() {
        return jobSocket;
    }

    /** The file that is its memory; it can be opened while the machine is there. */
    Path memory() {
        try (Stream<Path> files = Files.list(Path.of("/proc/" + qemu.pid() + "/fd"))) {
            return files.filter(Machine::isMemory)
                    .findFirst()
                    .orElseThrow(() -> logs.failure("No memory among QEMU's files"));
        } catch (IOException e) {
            throw logs.failure("Cannot read QEMU's files", e);
        }
    }

    private static boolean isMemory(Path file) {
        return target(file).contains("memfd:memory-backend-memfd");
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            // It has been closed meanwhile.
            return "";
        }
    }

    /** QEMU's sockets as the kernel numbers them: a connection that is lost and made again is another one. */
    public Set<String> sockets() {
        try (Stream<Path> files = Files.list(Path.of("/proc/" + qemu.pid() + "/fd"))) {
            return files.map(Machine::target)
                    .filter(target -> target.startsWith("socket:"))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw logs.failure("Cannot read QEMU's files", e);
        }
    }

    /** What QEMU has printed so far. */
    public String output() {
        return qemu.output();
    }

    /** Whether QEMU has a target for a disk and the guest's rings run on it. */
    public boolean isServed(String disk) {
        JsonElement status =
                qmp("x-query-virtio-status", Map.of("path", "/machine/peripheral/" + disk + "/virtio-backend"));
        return status.getAsJsonObject().get("vhost-started").getAsBoolean();
    }

    /** Waits until the first serial port has had a text that many times. */
    public void awaitConsole(String text, int times, Duration timeout) {
        Await.until("\"" + text + "\" on the console, " + times + " times", timeout, logs, () -> {
            qemu.checkAlive();
            return logs.text(console).split(text, -1).length > times;
        });
    }

    /** Runs a QMP command. */
    public JsonElement qmp(String command, Map<String, ?> arguments) {
        return qmp.execute(command, arguments);
    }

    /** Runs a QMP command and waits for the event it causes. */
    public void qmp(
            String command, Map<String, ?> arguments, String event, Predicate<JsonObject> data, Duration timeout) {
        int events = qmp.eventCount();
        qmp(command, arguments);
        qmp.awaitEvent(event, events, data, timeout);
    }

    /** Stops the virtual CPUs and, with them, the rings of every vhost-user device. */
    public void pause() {
        qmp("stop", Map.of(), "STOP", data -> true, Settings.timeout(START_SECONDS));
    }

    /** Lets the guest go on. */
    public void resume() {
        qmp("cont", Map.of(), "RESUME", data -> true, Settings.timeout(START_SECONDS));
    }

    /** Resets the machine, as its reset button does: the guest is not asked. */
    public void reset() {
        qmp("system_reset", Map.of(), "RESET", data -> true, Settings.timeout(START_SECONDS));
    }

    /** Ends it at once; nothing is unmounted. */
    @Override
    public void close() {
        try (qemu;
                qmp) {
            if (qemu.isAlive()) {
                qmp("quit", Map.of());
                qemu.awaitExit(Settings.timeout(QUIT_SECONDS));
            }
        }
    }
}
