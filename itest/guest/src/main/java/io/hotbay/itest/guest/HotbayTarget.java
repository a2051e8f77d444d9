// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Hotbay's process, started from an unpacked distribution, with two memory disks in Kata's layout; the spare one offers packed rings. */
public final class HotbayTarget implements Target {
    private static final int START_SECONDS = 60;
    private static final int STOP_SECONDS = 60;
    private static final int EXEC_SECONDS = 60;
    private static final int UPGRADE_SECONDS = 120;
    private static final Pattern STARTED = Pattern.compile("started process (\\d+)");
    private static final String SOCKETS = "kata/block/sockets";
    private static final String CONFIGURATION = """
            {
              "bdevs": [
                {"type": "malloc", "name": "Malloc0", "size": "64MiB", "block_size": 4096},
                {"type": "malloc", "name": "Malloc1", "size": "32MiB", "block_size": 512}
              ],
              "controllers": [
                {"type": "blk", "name": "vhostblk0", "bdev": "Malloc0", "num_queues": 2},
                {"type": "blk", "name": "twin0", "bdev": "Malloc0", "num_queues": 2},
                {"type": "blk", "name": "vhostblk1", "bdev": "Malloc1", "num_queues": 2, "packed_ring": true},
                {"type": "blk", "name": "twin1", "bdev": "Malloc1", "num_queues": 2, "packed_ring": true}
              ]
            }
            """;

    private final Path program;
    private final WorkDirectory work;
    private final Logs logs;
    private final Path control;
    private final Disk disk;
    private final Disk spare;
    private final Path serviceLog;
    private ChildProcess process;
    private Optional<Successor> successor = Optional.empty();
    private int starts;
    private int execs;
    private int upgrades;

    /** A target whose files are all in a work directory. */
    public HotbayTarget(Path home, WorkDirectory work, Logs logs) {
        this.program = home.resolve("bin").resolve("hotbay").toAbsolutePath();
        this.work = work;
        this.logs = logs;
        control = work.socket("control");
        disk = new Disk("vhostblk0", work.socket(SOCKETS + "/vhostblk0"), 64L << 20, 4096, 2, true);
        spare = new Disk("vhostblk1", work.socket(SOCKETS + "/vhostblk1"), 32L << 20, 512, 2, true);
        serviceLog = logs.file("hotbay-service.log");
    }

    /** One line for each thing that is missing to start a distribution there; empty when all is there. */
    public static List<String> missing(Path home) {
        Path program = home.resolve("bin").resolve("hotbay");
        return Files.isExecutable(program)
                ? List.of()
                : List.of(program + " is not executable: unpack the distribution's tarball and name the directory with "
                        + Settings.HOME);
    }

    @Override
    public void start() {
        successor = Optional.empty();
        process = ChildProcess.start("hotbay-" + ++starts, commandLine(), Map.of(), logs);
        Await.until("Hotbay opens its sockets", Settings.timeout(START_SECONDS), logs, () -> {
            process.checkAlive();
            return Stream.of(disk, twin(disk), spare, twin(spare)).allMatch(each -> Files.exists(each.socket()));
        });
    }

    private List<String> commandLine() {
        List<String> line = new ArrayList<>();
        line.add(program.toString());
        line.addAll(List.of("-S", work.directory(SOCKETS).toString()));
        line.addAll(List.of("-m", "0x1"));
        line.addAll(List.of("-c", configuration().toString()));
        line.addAll(List.of("-r", control.toString()));
        line.addAll(List.of("--state-dir", work.directory("state").toString()));
        line.addAll(List.of("--run-dir", work.directory("run").toString()));
        line.addAll(List.of("--deploy-dir", deployDirectory().toString()));
        line.addAll(List.of("--log-file", serviceLog.toString()));
        return line;
    }

    private Path configuration() {
        try {
            return Files.writeString(work.path().resolve("config.json"), CONFIGURATION);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a command in the running process, as {@code hotbay exec} does, and returns its status and output. */
    public JobResult exec(String command) {
        String name = "hotbay-exec-" + ++execs;
        List<String> line = List.of(program.toString(), "exec", "-r", control.toString(), command);
        try (ChildProcess exec = ChildProcess.start(name, line, Map.of(), logs)) {
            int status = exec.awaitExit(Settings.timeout(EXEC_SECONDS));
            return new JobResult(status, exec.output());
        }
    }

    /** Runs a command in the running process, which has to succeed. */
    public void change(String command) {
        JobResult result = exec(command);
        if (result.status() != 0) {
            throw logs.failure("\"" + command + "\" ended with status " + result.status() + ": " + result.output());
        }
    }

    /** Puts another process in the place of this one and returns what the command has printed. The former process has ended then. */
    public String upgrade() {
        String name = "hotbay-upgrade-" + ++upgrades;
        List<String> line = List.of(program.toString(), "upgrade", "-r", control.toString());
        try (ChildProcess upgrade = ChildProcess.start(name, line, Map.of(), logs)) {
            int status = upgrade.awaitExit(Settings.timeout(UPGRADE_SECONDS));
            String printed = upgrade.output();
            Matcher started = STARTED.matcher(printed);
            if (status != 0 || !started.find()) {
                throw logs.failure("The upgrade ended with status " + status + ": " + printed);
            }
            Successor next = new Successor("Hotbay's successor", Long.parseLong(started.group(1)), logs);
            awaitEndOfFormer();
            successor = Optional.of(next);
            return printed;
        }
    }

    private void awaitEndOfFormer() {
        if (successor.isPresent()) {
            successor.get().awaitEnd(Settings.timeout(STOP_SECONDS));
            return;
        }
        int status = process.awaitExit(Settings.timeout(STOP_SECONDS));
        if (status != 0) {
            throw logs.failure("Hotbay ended with status " + status + " after it had handed over");
        }
    }

    /** Kills the process with SIGKILL; it can be started again, with what it has left behind. */
    public void kill() {
        successor.ifPresentOrElse(Successor::kill, process::kill);
    }

    /** A disk of its own over another socket, for the machine that a guest is migrated to. */
    public Disk twin(Disk ofDisk) {
        String twin = ofDisk.name().replace("vhostblk", "twin");
        return new Disk(
                twin,
                ofDisk.socket().resolveSibling(twin),
                ofDisk.size(),
                ofDisk.blockSize(),
                ofDisk.queues(),
                ofDisk.writeBack());
    }

    /** The store that Kata would be configured with. */
    public Path kataStore() {
        return work.path().resolve("kata");
    }

    /** Where bundles are dropped. */
    public Path deployDirectory() {
        return work.directory("deploy");
    }

    @Override
    public Disk disk() {
        return disk;
    }

    @Override
    public Disk spare() {
        return spare;
    }

    @Override
    public void checkAlive() {
        successor.ifPresentOrElse(Successor::checkAlive, process::checkAlive);
    }

    @Override
    public void stop() {
        if (successor.isPresent()) {
            successor.get().terminate(Settings.timeout(STOP_SECONDS));
            return;
        }
        int status = process.terminate(Settings.timeout(STOP_SECONDS));
        if (status != 0) {
            throw logs.failure("Hotbay ended with status " + status + " after SIGTERM");
        }
    }

    @Override
    public void close() {
        successor.ifPresent(Successor::close);
        if (process != null) {
            process.close();
        }
    }
}
