// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts the JVM again with the options it needs. {@code java -jar} cannot be given them by the manifest, and from JDK 24 on
 * the framework's use of sun.misc.Unsafe prints a warning without one of them. {@code bin/hotbay} passes them itself.
 */
final class Relaunch {
    private static final int FIRST_RELEASE_WITH_WARNING = 24;
    private static final String OPTION = "--sun-misc-unsafe-memory-access=allow";

    private Relaunch() {}

    static boolean isNeeded() {
        return Runtime.version().feature() >= FIRST_RELEASE_WITH_WARNING
                && !ManagementFactory.getRuntimeMXBean().getInputArguments().contains(OPTION);
    }

    static int run(String[] arguments) {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add(OPTION);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(Hotbay.class.getName());
        command.addAll(List.of(arguments));
        try {
            Process child = new ProcessBuilder(command).inheritIO().start();
            // A signal that ends this process must end the target in good order too.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                child.destroy();
                Runtime.getRuntime().halt(await(child));
            }));
            int status = await(child);
            Runtime.getRuntime().halt(status);
            return status;
        } catch (IOException e) {
            System.err.println("hotbay: cannot start " + command.get(0) + ": " + e.getMessage());
            return Hotbay.FAILED;
        }
    }

    private static int await(Process child) {
        while (true) {
            try {
                return child.waitFor();
            } catch (InterruptedException e) {
                // There is nothing to do in this process but wait for the other one.
                continue;
            }
        }
    }
}
