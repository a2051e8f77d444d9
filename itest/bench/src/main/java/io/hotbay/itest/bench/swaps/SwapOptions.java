// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench.swaps;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The options of the swap benchmark.
 *
 * @param home the installation of Hotbay
 * @param swaps how often each kind of bundle is swapped
 * @param kinds what is swapped, in turn
 * @param depth requests in flight
 * @param diskType type of the bdev under load
 * @param targetCores cores the target may use, as taskset takes them; its reactor is on the first
 * @param loadCore core of the load
 * @param intervalMillis time from the end of a swap to the next one
 * @param warmUpMillis load before the first swap
 * @param plot file of the plot
 */
record SwapOptions(
        Path home,
        int swaps,
        List<SwapKind> kinds,
        int depth,
        String diskType,
        String targetCores,
        int loadCore,
        int intervalMillis,
        int warmUpMillis,
        Path plot) {
    static final String HELP = """
            Swaps each kind of bundle of a running Hotbay, and its process, again and again under verified I/O of one front-end, and tells how long
            requests were held up, as the front-end saw it and as the product measured it.

              --home DIR          installation of Hotbay
              --swaps N           swaps of each kind that count (50): if the host takes a core away meanwhile, for more than a tenth of
                                  the goal, a swap does not, and another one is made, three times as many at most
              --kinds LIST        backend,device,allocator,virtqueue,reactor,transport,api,scr,process (all)
              --disk TYPE         bdev under load: malloc, uring or null (malloc); null is not verified
              --depth N           requests in flight, at most 64 (32)
              --target-cores LIST cores of the target, its reactor on the first (all but the load's)
              --load-core N       core of the load (the last)
              --interval-ms N     time between two swaps, at least 300 (1000); five times that after process
              --warm-up-ms N      load before the first swap (5000)
              --plot FILE         plot of the latency over time, as SVG (swaps.svg)
              -h, --help          this text

            Exit status: 0 all goals reached, 1 a goal missed or too many swaps disturbed to tell, 3 it did not work, or a request failed.
            """;

    private static final int LEAST_INTERVAL = 300;
    private static final int LARGEST_DEPTH = 64;

    /** Reads the command line; null if help is wanted. */
    static SwapOptions parse(String... arguments) {
        List<String> words = Arrays.asList(arguments);
        if (words.contains("-h") || words.contains("--help")) {
            return null;
        }
        int cores = Runtime.getRuntime().availableProcessors();
        Map<String, String> values = new HashMap<>(Map.of(
                "--home", "",
                "--swaps", "50",
                "--kinds", String.join(",", SwapKind.ids()),
                "--disk", "malloc",
                "--depth", "32",
                "--target-cores", cores > 2 ? "0-" + (cores - 2) : "0",
                "--load-core", Integer.toString(cores - 1),
                "--interval-ms", "1000",
                "--warm-up-ms", "5000",
                "--plot", "swaps.svg"));
        for (int i = 0; i < words.size(); i += 2) {
            String option = words.get(i);
            if (!values.containsKey(option) || i + 1 == words.size()) {
                throw new IllegalArgumentException(option + " is unknown or lacks its value; --help lists all options");
            }
            values.put(option, words.get(i + 1));
        }
        return of(values);
    }

    private static SwapOptions of(Map<String, String> values) {
        if (values.get("--home").isEmpty()) {
            throw new IllegalArgumentException("--home is missing: name an installation of Hotbay");
        }
        String disk = values.get("--disk");
        if (!List.of("malloc", "uring", "null").contains(disk)) {
            throw new IllegalArgumentException("--disk knows malloc, uring and null, not \"" + disk + "\"");
        }
        return new SwapOptions(
                Path.of(values.get("--home")),
                figure(values, "--swaps", 1, 10_000),
                Arrays.stream(values.get("--kinds").split(","))
                        .map(SwapKind::of)
                        .toList(),
                figure(values, "--depth", 1, LARGEST_DEPTH),
                disk,
                values.get("--target-cores"),
                figure(values, "--load-core", 0, 4095),
                figure(values, "--interval-ms", LEAST_INTERVAL, 3_600_000),
                figure(values, "--warm-up-ms", 0, 3_600_000),
                Path.of(values.get("--plot")));
    }

    private static int figure(Map<String, String> values, String option, int least, int most) {
        String value = values.get(option);
        try {
            int figure = Integer.parseInt(value);
            if (figure >= least && figure <= most) {
                return figure;
            }
        } catch (NumberFormatException notANumber) {
            // told below
        }
        throw new IllegalArgumentException(
                option + " wants a number from " + least + " to " + most + ", not \"" + value + "\"");
    }

    /** The core of the target's reactor. */
    int reactorCore() {
        return Integer.parseInt(targetCores.split("[,-]", 2)[0]);
    }
}
