// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a guest is made.
 *
 * @param memoryMib its memory
 * @param hugetlbfs where its memory comes from; a memfd when empty
 * @param disk the socket of the disk it boots with, {@code /dev/vda}; none when empty
 * @param queues request queues of that disk, and virtual CPUs
 * @param queueSize entries of each queue
 * @param deviceOptions more properties of the device, such as {@code config-wce=off}
 */
public record GuestOptions(
        int memoryMib,
        Optional<Path> hugetlbfs,
        Optional<Path> disk,
        int queues,
        int queueSize,
        List<String> deviceOptions) {
    /** A guest of 512 MiB with two CPUs and no disk. */
    public static GuestOptions standard() {
        return new GuestOptions(512, Optional.empty(), Optional.empty(), 2, 128, List.of());
    }

    /** The same with a disk. */
    public GuestOptions withDisk(Path socket) {
        return new GuestOptions(memoryMib, hugetlbfs, Optional.of(socket), queues, queueSize, deviceOptions);
    }

    /** The same with the memory from a hugetlbfs. */
    public GuestOptions withHugepages(Path mountPoint) {
        return new GuestOptions(memoryMib, Optional.of(mountPoint), disk, queues, queueSize, deviceOptions);
    }

    /** The same with other queues. */
    public GuestOptions withQueues(int count, int size) {
        return new GuestOptions(memoryMib, hugetlbfs, disk, count, size, deviceOptions);
    }

    /** The same with another property of the disk. */
    public GuestOptions withDeviceOption(String option) {
        List<String> more = new ArrayList<>(deviceOptions);
        more.add(option);
        return new GuestOptions(memoryMib, hugetlbfs, disk, queues, queueSize, List.copyOf(more));
    }

    List<String> commandLine(GuestImage image, Path console, Path jobSocket, Path qmpSocket) {
        List<String> line = new ArrayList<>();
        line.add(Prerequisites.program("qemu-system-x86_64").toString());
        line.addAll(List.of("-machine", "q35,memory-backend=memory", "-accel", Settings.accelerator()));
        line.addAll(List.of("-cpu", "max,la57=off", "-smp", String.valueOf(queues), "-m", memoryMib + "M"));
        line.addAll(List.of("-object", memoryBackend()));
        line.addAll(List.of("-nodefaults", "-no-user-config", "-nographic", "-monitor", "none"));
        line.addAll(List.of("-chardev", "file,id=console,path=" + console, "-serial", "chardev:console"));
        line.addAll(List.of("-chardev", listening("jobs", jobSocket), "-serial", "chardev:jobs"));
        line.addAll(List.of("-chardev", listening("qmp", qmpSocket), "-mon", "chardev=qmp,mode=control"));
        line.addAll(List.of("-device", "pcie-root-port,id=" + HotplugSlot.ROOT_PORT.bus() + ",chassis=1,slot=1"));
        line.addAll(List.of(
                "-device",
                "pci-bridge,id=" + HotplugSlot.PCI_BRIDGE.bus() + ",chassis_nr=2,shpc=off"
                        + ",io-reserve=4k,mem-reserve=1m,pref64-reserve=1m"));
        disk.ifPresent(socket -> line.addAll(bootDisk(socket)));
        line.addAll(List.of("-kernel", image.kernel().toString()));
        line.addAll(List.of("-initrd", image.initramfs().toString()));
        line.addAll(List.of("-append", "console=ttyS0 panic=1 mitigations=off nokaslr"));
        return line;
    }

    private String memoryBackend() {
        String size = ",id=memory,share=on,size=" + memoryMib + "M";
        return hugetlbfs
                .map(mountPoint -> "memory-backend-file" + size + ",prealloc=on,mem-path=" + mountPoint)
                .orElse("memory-backend-memfd" + size);
    }

    private List<String> bootDisk(Path socket) {
        StringBuilder device = new StringBuilder("vhost-user-blk-pci,id=disk0,chardev=disk0,num-queues=")
                .append(queues)
                .append(",queue-size=")
                .append(queueSize);
        deviceOptions.forEach(option -> device.append(',').append(option));
        return List.of("-chardev", "socket,id=disk0,path=" + socket, "-device", device.toString());
    }

    private static String listening(String id, Path socket) {
        return "socket,id=" + id + ",server=on,wait=off,path=" + socket;
    }
}
