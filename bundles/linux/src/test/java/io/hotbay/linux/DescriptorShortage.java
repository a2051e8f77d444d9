// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Runs something while this process cannot open any more files. */
final class DescriptorShortage {
    private static final int LIMIT = 400;

    private DescriptorShortage() {}

    @FunctionalInterface
    interface Action {
        Object run() throws IOException;
    }

    /** What the action throws. */
    static IOException during(Action action) throws Exception {
        String before = prlimit("--output=SOFT", "--noheadings");
        // loads the classes that failing takes, which would need descriptors themselves
        assertThat(new LinuxException("none", null, Errno.EMFILE)).hasMessageContaining("EMFILE");
        List<Descriptor> hoard = new ArrayList<>();
        prlimit("--nofile=" + LIMIT + ":");
        try {
            fill(hoard);
            action.run();
            return null;
        } catch (IOException e) {
            return e;
        } finally {
            hoard.forEach(Descriptor::close);
            prlimit("--nofile=" + before + ":");
        }
    }

    private static void fill(List<Descriptor> hoard) throws LinuxException {
        hoard.add(Memfd.create("hoard", 0));
        try {
            while (true) {
                hoard.add(hoard.get(0).duplicate());
            }
        } catch (LinuxException e) {
            assertThat(e.errno()).isEqualTo(Errno.EMFILE);
        }
    }

    private static String prlimit(String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "prlimit", "--pid", Long.toString(ProcessHandle.current().pid())));
        command.addAll(options.length == 1 ? List.of(options) : List.of("--nofile", options[0], options[1]));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes()).strip();
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
