// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Processor time as the kernel counts it, in ticks of 10 ms. */
public final class ProcStat {
    /** Ticks a second: USER_HZ, the same on all Linux machines of today. */
    public static final int TICKS_PER_SECOND = 100;

    private ProcStat() {}

    /** Time of a core since it started. */
    record Core(long busy, long stolen) {}

    /** What a core has done. */
    static Core core(int number) throws IOException {
        return parseCore(Files.readString(Path.of("/proc/stat")), number);
    }

    /** The same from the text of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal. */
    static Core parseCore(String text, int number) throws IOException {
        String start = "cpu" + number + " ";
        String line = text.lines()
                .filter(each -> each.startsWith(start))
                .findFirst()
                .orElseThrow(() -> new IOException("/proc/stat has no core " + number));
        return core(line);
    }

    private static Core core(String line) {
        String[] fields = line.split("\\s+");
        long busy = figure(fields, 1) + figure(fields, 2) + figure(fields, 3) + figure(fields, 6) + figure(fields, 7);
        return new Core(busy, figure(fields, 8));
    }

    /** Ticks that the host has taken from each core, by the core's place among those that are online. */
    public static long[] stolen() throws IOException {
        return parseStolen(Files.readString(Path.of("/proc/stat")));
    }

    /** The same from the text of /proc/stat. */
    static long[] parseStolen(String text) {
        return text.lines()
                .filter(line -> line.matches("cpu\\d.*"))
                .map(ProcStat::core)
                .mapToLong(Core::stolen)
                .toArray();
    }

    private static long figure(String[] fields, int index) {
        return Long.parseLong(fields[index]);
    }

    /** Time of all threads of a process. */
    static long process(long pid) throws IOException {
        return parseProcess(Files.readString(Path.of("/proc", Long.toString(pid), "stat")));
    }

    /** The same from the text of /proc/PID/stat: fields 14 and 15, counted with a name that may hold blanks. */
    static long parseProcess(String text) {
        String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
}
