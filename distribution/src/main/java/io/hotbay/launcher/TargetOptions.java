// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import io.hotbay.reactor.CpuSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The options of the target, named after spdk_tgt's where it has them. */
final class TargetOptions {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String ALLOWED = "Cpus_allowed_list:";
    private static final Set<String> LEVELS = Set.of("ERROR", "WARN", "INFO", "DEBUG", "TRACE");

    @Option(
            names = {"-S", "--socket-dir"},
            paramLabel = "DIR",
            description = "Directory of the vhost-user sockets. Default: block/sockets in Kata's store for root, else "
                    + "vhost-user/block/sockets in the run directory.")
    private Path socketDir;

    @Option(
            names = {"-m", "--cpumask"},
            paramLabel = "CORES",
            description = "Cores of the reactors: a mask such as 0x3 or a list such as 0,2-3. Default: 0x1.")
    private String cores;

    @Option(
            names = {"-s", "--mem-size"},
            paramLabel = "MB",
            description = "Hugepage memory to have at least, in MiB or with a suffix (4G). Default: what is there.")
    private String memory;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "JSON file with bdevs and controllers to create.")
    private Path config;

    @Option(
            names = {"-r", "--control-socket"},
            paramLabel = "PATH",
            description = "Socket for 'hotbay exec' and 'hotbay shell'. Default: control.sock in the run directory.")
    private Path controlSocket;

    @Option(
            names = {"-i", "--interactive"},
            description = "Give a shell on this terminal; leaving it stops the target.")
    private boolean interactive;

    @Option(
            names = {"-e", "--execute"},
            paramLabel = "COMMANDS",
            description = "Shell commands to run once the target is up.")
    private String execute;

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            description = "Where the configuration is kept over restarts. Default: /var/lib/hotbay for root, else "
                    + "~/.local/state/hotbay.")
    private Path stateDir;

    @Option(
            names = "--run-dir",
            paramLabel = "DIR",
            description = "Where run-time files are kept. Default: /run/hotbay for root, else hotbay/ in "
                    + "$$XDG_RUNTIME_DIR or /tmp/hotbay-<uid>.")
    private Path runDir;

    @Option(
            names = "--deploy-dir",
            paramLabel = "DIR",
            description = "Bundles dropped here are deployed live. Default: deploy/ of the installation if it can be "
                    + "read, else deploy/ in the state directory.")
    private Path deployDir;

    @Option(
            names = "--kata-store",
            paramLabel = "DIR",
            description = "Kata Containers' vhost_user_store_path. Default: what -S belongs to, else "
                    + "/var/run/kata-containers/vhost-user.")
    private Path kataStore;

    @Option(
            names = {"-L", "--log-level"},
            paramLabel = "LEVEL",
            description = "ERROR, WARN, INFO, DEBUG or TRACE. Default: INFO.")
    private String logLevel = "INFO";

    @Option(
            names = "--log-file",
            paramLabel = "FILE",
            description = "Write the log to this file too, rotated. Default: hotbay.log in the state directory.")
    private Path logFile;

    /** Runs the target until it is stopped. */
    void run() throws LaunchException {
        check();
        Layout layout = new Layout(runDir, stateDir, socketDir, deployDir, kataStore);
        Map<String, String> properties = new HashMap<>(layout.frameworkProperties());
        put(properties, "hotbay.cores", cores);
        put(properties, "hotbay.memory.mib", memory == null ? null : Long.toString(mebibytes(memory)));
        put(properties, "hotbay.config.file", config == null ? null : config.toAbsolutePath());
        put(properties, "hotbay.log.level", logLevel.toUpperCase(Locale.ROOT));
        put(properties, "hotbay.log.file", logFile == null ? layout.logFile() : logFile.toAbsolutePath());
        put(
                properties,
                "hotbay.control.socket",
                controlSocket == null ? layout.controlSocket() : controlSocket.toAbsolutePath());
        put(properties, "hotbay.interactive", interactive);
        put(properties, "hotbay.execute", execute);
        TargetFramework framework = new TargetFramework(properties);
        try (InstanceLock run = InstanceLock.take(layout.runDir(), "run directory", "--run-dir");
                InstanceLock sockets = InstanceLock.take(layout.socketDir(), "socket directory", "-S");
                InstanceLock state = InstanceLock.take(layout.stateDir(), "state directory", "--state-dir")) {
            framework.run();
        } finally {
            framework.locksReleased();
        }
    }

    private void check() throws LaunchException {
        if (cores != null) {
            checkCores();
        }
        if (memory != null) {
            mebibytes(memory);
        }
        if (config != null && !Files.isReadable(config)) {
            throw new LaunchException("-c " + config + ": "
                    + (Files.exists(config) ? "cannot be read; check its permissions" : "there is no such file"));
        }
        if (!LEVELS.contains(logLevel.toUpperCase(Locale.ROOT))) {
            throw new LaunchException("-L " + logLevel + ": is no log level; use ERROR, WARN, INFO, DEBUG or TRACE");
        }
    }

    private void checkCores() throws LaunchException {
        BitSet wanted;
        try {
            wanted = CpuSet.parse(cores);
        } catch (IllegalArgumentException e) {
            throw new LaunchException("-m " + e.getMessage(), e);
        }
        BitSet allowed = allowedCores();
        wanted.andNot(allowed);
        if (!allowed.isEmpty() && !wanted.isEmpty()) {
            throw new LaunchException("-m " + cores + ": core " + CpuSet.list(wanted)
                    + " is not online or not allowed to this process; choose among " + CpuSet.list(allowed));
        }
    }

    /** The cores this process may run on, or an empty set if the kernel does not tell. */
    private static BitSet allowedCores() {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith(ALLOWED))
                    .map(line -> CpuSet.parse(line.substring(ALLOWED.length())))
                    .findFirst()
                    .orElseGet(BitSet::new);
        } catch (IOException | UncheckedIOException e) {
            // The reactor bundle checks again, when it pins its threads.
            return new BitSet();
        }
    }

    private static long mebibytes(String text) throws LaunchException {
        String upper = text.strip().toUpperCase(Locale.ROOT).replaceFirst("(I?B)$", "");
        int shift = upper.endsWith("T") ? 20 : upper.endsWith("G") ? 10 : 0;
        String digits = upper.replaceFirst("[MGT]$", "");
        try {
            long value = Math.multiplyExact(Long.parseLong(digits), 1L << shift);
            if (value > 0) {
                return value;
            }
        } catch (NumberFormatException | ArithmeticException e) {
            // falls through to the one message for all slips
        }
        throw new LaunchException("-s " + text + ": is no memory size; write MiB (4096) or use a suffix (4G)");
    }

    private static void put(Map<String, String> properties, String key, Object value) {
        if (value != null) {
            properties.put(key, value.toString());
        }
    }
}
