// SPDX-License-Identifier: Apache-2.0
package io.hotbay.kata.internal;

import io.hotbay.kata.KataNode;
import io.hotbay.kata.KataStore;
import java.io.IOException;
import java.util.List;

/** Command lines that give a container a disk. */
final class RunLines {
    private static final String RUNTIME = "io.containerd.kata.v2";
    private static final String IMAGE = "docker.io/library/busybox:latest";
    private static final String TEST = "sh -c 'dd if=/dev/vda of=/tmp/ddtest bs=4k count=20'";

    private RunLines() {}

    static List<String> of(KataNode node) throws IOException {
        if (!node.present()) {
            throw new IOException(node.controller() + " has no device node: " + node.problem());
        }
        String device = node.path() + ":/dev/vda";
        String container = "hotbay-" + node.controller();
        return List.of(
                "# device b " + KataStore.BLOCK_MAJOR + ":" + node.minor() + ", inside the container /dev/vda",
                "docker run --rm -it --runtime " + RUNTIME + " --device " + device + " " + IMAGE + " " + TEST,
                "nerdctl run --rm -it --runtime " + RUNTIME + " --device " + device + " " + IMAGE + " " + TEST,
                "ctr image pull " + IMAGE,
                "ctr run --rm -t --runtime " + RUNTIME + " --device " + node.path() + " " + IMAGE + " " + container
                        + " " + "sh -c 'dd if=" + node.path() + " of=/tmp/ddtest bs=4k count=20'");
    }
}
