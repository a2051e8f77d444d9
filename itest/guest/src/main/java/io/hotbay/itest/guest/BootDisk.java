// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A disk that a machine has from the start.
 *
 * @param socket where a target exports it
 * @param queues its request queues
 * @param queueSize entries of each queue
 * @param chardevOptions further options of QEMU's character device, such as {@code reconnect=1}
 * @param deviceOptions further properties of the device, such as {@code packed=on}
 */
public record BootDisk(
        Path socket, int queues, int queueSize, List<String> chardevOptions, List<String> deviceOptions) {
    /** A disk with two queues of QEMU's usual size that is lost with its target. */
    public static BootDisk of(Path socket) {
        return new BootDisk(socket, 2, 128, List.of(), List.of());
    }

    /** The same, and QEMU connects again each second when the target has gone. */
    public BootDisk reconnecting() {
        return new BootDisk(socket, queues, queueSize, List.of("reconnect=1"), deviceOptions);
    }

    /** The same with another property of the device. */
    public BootDisk with(String deviceOption) {
        List<String> more =
                Stream.concat(deviceOptions.stream(), Stream.of(deviceOption)).toList();
        return new BootDisk(socket, queues, queueSize, chardevOptions, more);
    }

    /** QEMU's options for it, under an identifier. */
    List<String> options(String id) {
        return List.of(
                "-chardev",
                join("socket,id=" + id + ",path=" + socket, chardevOptions),
                "-device",
                join(
                        "vhost-user-blk-pci,id=" + id + ",chardev=" + id + ",num-queues=" + queues + ",queue-size="
                                + queueSize,
                        deviceOptions));
    }

    private static String join(String option, List<String> more) {
        return Stream.concat(Stream.of(option), more.stream())
                .reduce((a, b) -> a + "," + b)
                .orElseThrow();
    }
}
