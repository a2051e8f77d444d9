// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What figures depend on. */
final class Machine {
    private static final String MODEL = "model name";

    private Machine() {}

    static JsonObject json() throws IOException {
        JsonObject machine = new JsonObject();
        machine.addProperty("cpu", cpu(Files.readString(Path.of("/proc/cpuinfo"))));
        machine.addProperty("cores", Runtime.getRuntime().availableProcessors());
        machine.addProperty(
                "online",
                Files.readString(Path.of("/sys/devices/system/cpu/online")).strip());
        machine.addProperty("kernel", System.getProperty("os.version"));
        machine.addProperty("jdk", System.getProperty("java.runtime.version"));
        return machine;
    }

    static String cpu(String text) {
        return text.lines()
                .filter(line -> line.startsWith(MODEL))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }
}
