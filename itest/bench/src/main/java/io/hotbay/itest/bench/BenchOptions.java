// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The options of the benchmark.
 *
 * @param home the installation of Hotbay, or null to measure the peer against itself
 * @param socket a third target, or null
 * @param destroyData whether that target's disk may be written to
 * @param jdk a second JDK to measure the start on, or null
 * @param directory where files for O_DIRECT are made
 * @param results where results are kept, or null
 * @param commit what was measured
 * @param hugepageSize size in bytes of the pages that guest memory lies in, or 0 for ordinary ones
 * @param tolerated share of a sample, 0 to 1, that a core may have spent on others
 */
record BenchOptions(
        Path home,
        Path socket,
        boolean destroyData,
        Path jdk,
        Path directory,
        Path results,
        String commit,
        List<BenchPart> parts,
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
            in short samples of both in turn. And Hotbay alone: long reads against the machine's memory copy, queues and disks on
            one reactor, what features cost, idle, wake-up, allocations, memory, start.

              --home DIR          installation of Hotbay; without it, qemu-storage-daemon is measured against itself
              --target-core N     core of the targets (0)
              --load-core N       core of the load (1)
              --rounds N          pairs of samples for each case (20)
              --sample-ms N       length of a sample (300)
              --warm-up-ms N      load before each case's samples (1500)
              --idle-seconds N    how long an idle target is watched; 0 leaves it out (10)
              --tolerate PERCENT  share of a sample that a core may have spent on others (15); above 30 no goal is judged
              --depths LIST       queue depths (1,32,128)
              --disks LIST        null,malloc,cached-uring,cached-native,direct-uring,direct-native (all)
              --directions LIST   read,write (both)
              --parts LIST        ratios,sequential,queues,disks,backends,features,idle,wake,allocation,memory,start (all)
              --socket PATH       a third target: its disk against Hotbay's, on the same cases; it must run on the target's core
              --destroy-data      the disk behind --socket may be written to; without this it is only read
              --jdk DIR           measure the start on this JDK too
              --directory DIR     where files for O_DIRECT are made (/var/tmp)
              --results DIR       keep all figures there as DATE-COMMIT.json
              --commit NAME       the COMMIT of that name
              --table             print the newest results as Markdown, alone
              --indirect          indirect descriptors instead of chains of three
              -h, --help          this text

            Exit status: 0 all goals reached, 1 a goal missed, 2 too noisy to tell, 3 it did not work.
            """;

    /** With more disturbance than this let through, figures are for a look only. */
    private static final double MOST_TO_JUDGE = 0.3;

    private static final String INDIRECT = "--indirect";
    private static final String DESTROY_DATA = "--destroy-data";

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
            Map.entry("--socket", ""),
            Map.entry("--jdk", ""),
            Map.entry("--directory", "/var/tmp"),
            Map.entry("--results", ""),
            Map.entry("--commit", "unknown"),
            Map.entry("--parts", "ratios,sequential,queues,disks,backends,features,idle,wake,allocation,memory,start"),
            Map.entry("--disks", "null,malloc,cached-uring,cached-native,direct-uring,direct-native"),
            Map.entry("--directions", "read,write"));

    /** Reads the command line; null if help is wanted. */
    static BenchOptions parse(String... arguments) {
        List<String> words = new ArrayList<>(List.of(arguments));
        if (words.contains("-h") || words.contains("--help")) {
            return null;
        }
        boolean indirect = words.remove(INDIRECT);
        boolean destroyData = words.remove(DESTROY_DATA);
        Map<String, String> values = new HashMap<>(DEFAULTS);
        for (int i = 0; i < words.size(); i += 2) {
            String option = words.get(i);
            if (!values.containsKey(option) || i + 1 == words.size()) {
                throw new IllegalArgumentException(option + " is unknown or lacks its value; --help lists all options");
            }
            values.put(option, words.get(i + 1));
        }
        return of(values, indirect, destroyData);
    }

    private static BenchOptions of(Map<String, String> values, boolean indirect, boolean destroyData) {
        List<String> directions = list(values, "--directions");
        if (!List.of("read", "write").containsAll(directions)) {
            throw new IllegalArgumentException("--directions knows read and write, not " + directions);
        }
        BenchOptions options = new BenchOptions(
                path(values, "--home"),
                path(values, "--socket"),
                destroyData,
                path(values, "--jdk"),
                path(values, "--directory"),
                path(values, "--results"),
                values.get("--commit"),
                list(values, "--parts").stream().map(BenchPart::of).toList(),
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
                list(values, "--disks").stream().map(BenchDisk::of).toList(),
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

    private static Path path(Map<String, String> values, String option) {
        return values.get(option).isEmpty() ? null : Path.of(values.get(option));
    }

    /** The same with other disks. */
    BenchOptions withDisks(List<BenchDisk> others) {
        return new BenchOptions(
                home,
                socket,
                destroyData,
                jdk,
                directory,
                results,
                commit,
                parts,
                targetCore,
                loadCore,
                rounds,
                sampleMillis,
                warmUpMillis,
                idleSeconds,
                tolerated,
                depths,
                others,
                reads,
                writes,
                indirect,
                hugepageSize);
    }

    /** Whether a part is to be measured. */
    boolean wants(BenchPart part) {
        return parts.contains(part);
    }

    /** A goal, or 0 where nothing can be judged. */
    double judged(double goal) {
        return home == null || tolerated > MOST_TO_JUDGE ? 0 : goal;
    }

    /** What the figures depend on, for machines. */
    JsonObject json() {
        JsonObject object = new JsonObject();
        object.addProperty("rounds", rounds);
        object.addProperty("sample_ms", sampleMillis);
        object.addProperty("warm_up_ms", warmUpMillis);
        object.addProperty("tolerate", tolerated);
        object.addProperty("target_core", targetCore);
        object.addProperty("load_core", loadCore);
        object.addProperty("indirect", indirect);
        object.addProperty("guest_page", hugepageSize);
        return object;
    }

    /** The ratio that a case is to reach; 0 where nothing can be judged. */
    double goal(BenchCase benchCase) {
        return judged(benchCase.goal());
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
