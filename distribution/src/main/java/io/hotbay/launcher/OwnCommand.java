// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Tells the bundles how this process was started, so that a successor can be started in the same way. */
final class OwnCommand {
    private static final String WORD_END = "\0";

    private OwnCommand() {}

    static void put(Map<String, String> properties, List<String> arguments) {
        properties.put("hotbay.command", String.join(WORD_END, command()));
        properties.put("hotbay.arguments", String.join(WORD_END, withoutPredecessor(arguments)));
    }

    private static List<String> command() {
        String home = System.getProperty("hotbay.home");
        if (home != null) {
            return List.of(Path.of(home, "bin", "hotbay").toAbsolutePath().toString());
        }
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Hotbay.class.getName()));
        return command;
    }

    private static List<String> withoutPredecessor(List<String> arguments) {
        List<String> all = new ArrayList<>(arguments);
        int option = all.indexOf(SuccessorStartUp.OPTION);
        if (option >= 0) {
            all.subList(option, option + 2).clear();
        }
        return all;
    }
}
