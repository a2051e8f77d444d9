// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.internal;

import io.hotbay.bdev.ByteSize;
import io.hotbay.linux.Cpus;
import java.nio.file.Files;
import java.nio.file.Path;

/** What can be said of the options before there is a disk. */
final class OptionCheck {
    static final int SECTOR = 512;

    /** The longest request; longer ones say nothing that two of these do not. */
    private static final long LARGEST_BLOCK = 16 << 20;

    private static final int MOST_QUEUES = 256;
    private static final double LONGEST = 7 * 24 * 3600.0;

    private OptionCheck() {}

    static void check(BenchOptions options) throws BenchException {
        if (options.blockSize < SECTOR || options.blockSize > LARGEST_BLOCK || options.blockSize % SECTOR != 0) {
            throw new BenchException(
                    "--block-size must be a multiple of 512 up to 16MiB, not " + ByteSize.format(options.blockSize));
        }
        within("--depth", options.depth, 1, RingRoom.LARGEST);
        within("--queues", options.queues, 1, MOST_QUEUES);
        within("--read", options.readPercent, 0, 100);
        if (!(options.seconds > 0 && options.seconds <= LONGEST)) {
            throw new BenchException("--time must be more than 0 and at most a week, not " + options.seconds);
        }
        if (!(options.warmUpSeconds >= 0 && options.warmUpSeconds <= LONGEST)) {
            throw new BenchException("--warm-up must be 0 to a week, not " + options.warmUpSeconds);
        }
        RingRoom.check(options);
        checkCore(options.core);
        checkFile("--json", options.json);
        checkFile("--plot", options.plot);
    }

    private static void within(String option, int value, int low, int high) throws BenchException {
        if (value < low || value > high) {
            throw new BenchException(option + " must be " + low + " to " + high + ", not " + value);
        }
    }

    private static void checkCore(Integer core) throws BenchException {
        if (core != null && (core < 0 || !Cpus.online().get(core))) {
            throw new BenchException("--core " + core + ": there is no such core, or it is offline; online are "
                    + Cpus.online().toString().replaceAll("[{}]", ""));
        }
    }

    /** Before the load runs, not after it. */
    private static void checkFile(String option, Path file) throws BenchException {
        if (file == null) {
            return;
        }
        Path directory = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file) || directory == null || !Files.isWritable(directory)) {
            throw new BenchException(option + " " + file + " cannot be written");
        }
    }
}
