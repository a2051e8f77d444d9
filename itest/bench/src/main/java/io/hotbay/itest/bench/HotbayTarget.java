// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Hotbay, all of it on the target's core. */
final class HotbayTarget implements BenchTarget {
    private final String name;
    private final int core;
    private final HotbayProcess process;

    private HotbayTarget(String name, int core, HotbayProcess process) {
        this.name = name;
        this.core = core;
        this.process = process;
    }

    /** Starts one with disks, and returns when all of their sockets are there. */
    static HotbayTarget start(String name, Path parent, HotbayConfig disks, BenchOptions options) throws IOException {
        return start(name, parent, disks, options, null, Integer.toString(options.targetCore()));
    }

    /**
     * The same on a JDK of choice, and not alone on the target's core.
     *
     * @param jdk its directory, or null for the one that the program finds
     * @param cores what it may use, as taskset takes them
     */
    static HotbayTarget start(
            String name, Path parent, HotbayConfig disks, BenchOptions options, Path jdk, String cores)
            throws IOException {
        Path directory = Files.createDirectories(parent.resolve(name));
        int core = options.targetCore();
        HotbayProcess.Place place = new HotbayProcess.Place(options.home(), jdk, cores, core);
        return new HotbayTarget(name, core, HotbayProcess.start(place, directory, disks.json(), disks.names()));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public Path socket(BenchDisk disk) {
        return socket(disk.id());
    }

    /** The socket of a disk by name. */
    Path socket(String disk) {
        return process.socket(disk);
    }

    /** Switches the latency histograms of a disk's queues. */
    void measureLatency(String disk, boolean on) throws IOException {
        process.execute("vhost:histogram " + disk + (on ? " on" : " off"));
    }

    /** Bytes that the thread which serves the disks has allocated since it began. */
    long allocatedBytes() throws IOException {
        return ReactorTable.allocatedBytes(process.execute("reactor:list"), core);
    }

    @Override
    public void close() {
        process.close();
    }
}
