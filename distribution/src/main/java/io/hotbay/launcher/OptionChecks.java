// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import io.hotbay.reactor.CpuSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** Refuses values that cannot be right before anything is started. */
final class OptionChecks {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String ALLOWED = "Cpus_allowed_list:";
    private static final Set<String> LEVELS = Set.of("ERROR", "WARN", "INFO", "DEBUG", "TRACE");

    private OptionChecks() {}

    static void checkConfig(Path config) throws LaunchException {
        if (!Files.isReadable(config)) {
            throw new LaunchException("-c " + config + ": "
                    + (Files.exists(config) ? "cannot be read; check its permissions" : "there is no such file"));
        }
    }

    /** The log itself would not be there to say so. */
    static void checkLogFile(Path file) throws LaunchException {
        Path directory = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file) || directory == null || !Files.isDirectory(directory)) {
            throw new LaunchException("--log-file " + file + ": "
                    + (Files.isDirectory(file) ? "is a directory" : "the directory " + directory + " does not exist"));
        }
        if (!Files.isWritable(Files.exists(file) ? file : directory)) {
            throw new LaunchException("--log-file " + file + ": cannot be written; choose another file");
        }
    }

    static void checkLogLevel(String level) throws LaunchException {
        if (!LEVELS.contains(level.toUpperCase(Locale.ROOT))) {
            throw new LaunchException("-L " + level + ": is no log level; use ERROR, WARN, INFO, DEBUG or TRACE");
        }
    }

    static void checkCores(String cores) throws LaunchException {
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

    /** A size in MiB. */
    static long mebibytes(String text) throws LaunchException {
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
}
