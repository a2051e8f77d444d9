// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.internal;

import io.hotbay.bdev.ByteSize;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;

/** What to run and where to leave the results; the same in the shell and in a process of its own. */
@Command(sortOptions = false)
final class BenchOptions {
    @Option(
            names = {"-b", "--block-size"},
            paramLabel = "SIZE",
            defaultValue = "4KiB",
            converter = Size.class,
            description = "Bytes of a request. Default: ${DEFAULT-VALUE}.")
    long blockSize;

    @Option(
            names = {"-d", "--depth"},
            paramLabel = "N",
            defaultValue = "32",
            description = "Requests in flight on each queue. Default: ${DEFAULT-VALUE}.")
    int depth;

    @Option(
            names = {"-q", "--queues"},
            paramLabel = "N",
            defaultValue = "1",
            description = "Queues, all driven by one thread. Default: ${DEFAULT-VALUE}.")
    int queues;

    @Option(
            names = {"-r", "--read"},
            paramLabel = "PERCENT",
            defaultValue = "100",
            description = "Share of reads, the rest is writes. Default: ${DEFAULT-VALUE}.")
    int readPercent;

    @Option(
            names = {"-s", "--sequential"},
            description = "One place after the other instead of random places.")
    boolean sequential;

    @Option(
            names = {"-i", "--interrupts"},
            description = "Sleep until the target signals, as a guest does, instead of polling.")
    boolean interrupts;

    @Option(names = "--indirect", description = "Indirect descriptors instead of chains of three.")
    boolean indirect;

    @Option(
            names = "--verify",
            description = {
                "Fill the range first, check each read against what was written last,",
                "and read everything back in the end. Writes, even with --read 100."
            })
    boolean verify;

    @Option(
            names = {"-t", "--time"},
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long to measure. Default: ${DEFAULT-VALUE}.")
    double seconds;

    @Option(
            names = {"-w", "--warm-up"},
            paramLabel = "SECONDS",
            defaultValue = "2",
            description = "Load before that, not measured. Default: ${DEFAULT-VALUE}.")
    double warmUpSeconds;

    @Option(
            names = "--range",
            paramLabel = "SIZE",
            converter = Size.class,
            description = "Use only so much from the start of the disk. Default: all of it.")
    Long range;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Start of the random numbers. Default: ${DEFAULT-VALUE}.")
    long seed;

    @Option(
            names = {"-c", "--core"},
            paramLabel = "N",
            description = "Pin the load to this core. Default: where the kernel puts it.")
    Integer core;

    @Option(
            names = "--queue-size",
            paramLabel = "N",
            description =
                    "Descriptors of a ring, a power of two up to 1024. Default: as the depth needs, 128 at least.")
    Integer queueSize;

    @Option(names = "--hugepages", description = "Put the guest's memory into hugepages.")
    boolean hugepages;

    @Option(names = "--destroy-data", description = "Allow writes: they destroy what the disk holds.")
    boolean destroyData;

    @Option(names = "--json", paramLabel = "FILE", description = "Write all figures there.")
    Path json;

    @Option(names = "--plot", paramLabel = "FILE.svg", description = "Draw throughput and latency over time there.")
    Path plot;

    @Option(names = "--quiet", description = "Print the total only.")
    boolean quiet;

    /** Whether the run changes what is on the disk. */
    boolean writes() {
        return verify || readPercent < 100;
    }

    /** Sizes such as 4KiB. */
    static final class Size implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            return ByteSize.parse(value);
        }
    }
}
