// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * How a machine is made. The guest calls its disks {@code vda}, {@code vdb} and so on; QEMU's monitor calls them {@code disk0},
 * {@code disk1}.
 *
 * @param memoryMib its memory
 * @param memory QEMU's options for the backend of its memory
 * @param disks what it boots with
 */
public record GuestOptions(int memoryMib, String memory, List<BootDisk> disks) {
    private static final int CPUS = 2;

    /** A machine of 512 MiB with two CPUs and no disk. */
    public static GuestOptions standard() {
        return new GuestOptions(512, "memory-backend-memfd", List.of());
    }

    /** The same with one more disk. */
    public GuestOptions withDisk(BootDisk disk) {
        List<BootDisk> more = Stream.concat(disks.stream(), Stream.of(disk)).toList();
        return new GuestOptions(memoryMib, memory, more);
    }

    /** The same with the memory from a hugetlbfs. */
    public GuestOptions withHugepages(Path mountPoint) {
        return new GuestOptions(memoryMib, "memory-backend-file,prealloc=on,mem-path=" + mountPoint, disks);
    }

    /** The same with the memory of a machine that is there already. */
    public GuestOptions withMemoryOf(Machine machine) {
        return new GuestOptions(memoryMib, "memory-backend-file,mem-path=" + machine.memory(), disks);
    }

    /** The same with less or more memory. */
    public GuestOptions withMemory(int mib) {
        return new GuestOptions(mib, memory, disks);
    }

    /** A QEMU with two serial ports, the console and the jobs, and a monitor; what it boots is left to its firmware. */
    List<String> commandLine(Path console, Path jobSocket, Path qmpSocket) {
        List<String> line = new ArrayList<>();
        line.add(Prerequisites.program("qemu-system-x86_64").toString());
        line.addAll(List.of("-machine", "q35,memory-backend=memory", "-accel", Settings.accelerator()));
        line.addAll(List.of("-cpu", "max,la57=off", "-smp", String.valueOf(CPUS), "-m", memoryMib + "M"));
        line.addAll(List.of("-object", memory + ",id=memory,share=on,size=" + memoryMib + "M"));
        line.addAll(List.of("-nodefaults", "-no-user-config", "-nographic", "-monitor", "none"));
        line.addAll(List.of("-chardev", "file,id=console,path=" + console, "-serial", "chardev:console"));
        line.addAll(List.of("-chardev", listening("jobs", jobSocket), "-serial", "chardev:jobs"));
        line.addAll(List.of("-chardev", listening("qmp", qmpSocket), "-mon", "chardev=qmp,mode=control"));
        line.addAll(List.of("-device", "pcie-root-port,id=" + HotplugSlot.ROOT_PORT.bus() + ",chassis=1,slot=1"));
        line.addAll(List.of(
                "-device",
                "pci-bridge,id=" + HotplugSlot.PCI_BRIDGE.bus() + ",chassis_nr=2,shpc=off"
                        + ",io-reserve=4k,mem-reserve=1m,pref64-reserve=1m"));
        for (int i = 0; i < disks.size(); i++) {
            line.addAll(disks.get(i).options("disk" + i));
        }
        return line;
    }

    private static String listening(String id, Path socket) {
        return "socket,id=" + id + ",server=on,wait=off,path=" + socket;
    }
}
