// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The options of the benchmark.
 *
 * @param home the installation of Hotbay, or null to measure the peer against itself
 * @param hugepageSize size in bytes of the pages that guest memory lies in, or 0 for ordinary ones
 * @param tolerated share of a sample, 0 to 1, that a core may have spent on others
 */
record BenchOptions(
        Path home,
        int targetCore,
        int loadCore,
        int rounds,
        int sampleMillis,
        int warmUpMillis,
        int idleSeconds,
        double tolerated,
        List<Integer> depths,
        List<BenchDisk> disks,
        boolean reads,
        boolean writes,
        boolean indirect,
        long hugepageSize) {
    static final String HELP = """
            Measures Hotbay against qemu-storage-daemon: 4 KiB at random places, one target on one core, the load on another,
            in short samples of both in turn.

              --home DIR          installation of Hotbay; without it, qemu-storage-daemon is measured against itself
              --target-core N     core of the targets (0)
              --load-core N       core of the load (1)
              --rounds N          pairs of samples for each case (20)
              --sample-ms N       length of a sample (300)
              --warm-up-ms N      load before each case's samples (1500)
              --idle-seconds N    how long an idle target is watched; 0 leaves it out (10)
              --tolerate PERCENT  share of a sample that a core may have spent on others (15); above 30 no goal is judged
              --depths LIST       queue depths (1,32,128)
              --disks LIST        null,malloc (both)
              --directions LIST   read,write (both)
              --indirect          indirect descriptors instead of chains of three
              -h, --help          this text

            Exit status: 0 all goals reached, 1 a goal missed, 2 too noisy to tell, 3 it did not work.
            """;

    /** With more disturbance than this let through, figures are for a look only. */
    private static final double MOST_TO_JUDGE = 0.3;

    private static final String INDIRECT = "--indirect";

    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("--home", ""),
            Map.entry("--target-core", "0"),
            Map.entry("--load-core", "1"),
            Map.entry("--rounds", "20"),
            Map.entry("--sample-ms", "300"),
            Map.entry("--warm-up-ms", "1500"),
            Map.entry("--idle-seconds", "10"),
            Map.entry("--tolerate", "15"),
            Map.entry("--depths", "1,32,128"),
            Map.entry("--disks", "null,malloc"),
            Map.entry("--directions", "read,write"));

    /** Reads the command line; null if help is wanted. */
    static BenchOptions parse(String... arguments) {
        List<String> words = new ArrayList<>(List.of(arguments));
        if (words.contains("-h") || words.contains("--help")) {
            return null;
        }
        boolean indirect = words.remove(INDIRECT);
        Map<String, String> values = new HashMap<>(DEFAULTS);
        for (int i = 0; i < words.size(); i += 2) {
            String option = words.get(i);
            if (!values.containsKey(option) || i + 1 == words.size()) {
                throw new IllegalArgumentException(option + " is unknown or lacks its value; --help lists all options");
            }
            values.put(option, words.get(i + 1));
        }
        return of(values, indirect);
    }

    private static BenchOptions of(Map<String, String> values, boolean indirect) {
        List<String> directions = list(values, "--directions");
        if (!List.of("read", "write").containsAll(directions)) {
            throw new IllegalArgumentException("--directions knows read and write, not " + directions);
        }
        String home = values.get("--home");
        BenchOptions options = new BenchOptions(
                home.isEmpty() ? null : Path.of(home),
                figure("--target-core", values.get("--target-core")),
                figure("--load-core", values.get("--load-core")),
                figure("--rounds", values.get("--rounds")),
                figure("--sample-ms", values.get("--sample-ms")),
                figure("--warm-up-ms", values.get("--warm-up-ms")),
                figure("--idle-seconds", values.get("--idle-seconds")),
                figure("--tolerate", values.get("--tolerate")) / 100.0,
                list(values, "--depths").stream()
                        .map(depth -> figure("--depths", depth))
                        .toList(),
                list(values, "--disks").stream().map(BenchOptions::disk).toList(),
                directions.contains("read"),
                directions.contains("write"),
                indirect,
                GuestPages.size());
        if (options.targetCore == options.loadCore) {
            throw new IllegalArgumentException(
                    "target and load need a core each: --target-core and --load-core are both " + options.targetCore);
        }
        return options;
    }

    private static List<String> list(Map<String, String> values, String option) {
        return Arrays.asList(values.get(option).split(","));
    }

    private static int figure(String option, String value) {
        try {
            return Integer.parseUnsignedInt(value);
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(option + " wants a number, not \"" + value + "\"", notANumber);
        }
    }

    private static BenchDisk disk(String name) {
        try {
            return BenchDisk.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw new IllegalArgumentException("--disks knows null and malloc, not \"" + name + "\"", unknown);
        }
    }

    /** The ratio that a case is to reach; 0 where nothing can be judged. */
    double goal(BenchCase benchCase) {
        return home == null || tolerated > MOST_TO_JUDGE ? 0 : benchCase.goal();
    }

    /** The cases on a disk, in the order of the table. */
    List<BenchCase> cases(BenchDisk disk) {
        List<BenchCase> cases = new ArrayList<>();
        for (boolean write : new boolean[] {false, true}) {
            if (write ? writes : reads) {
                depths.forEach(depth -> cases.add(new BenchCase(disk, write, depth, indirect)));
            }
        }
        return cases;
    }
}
