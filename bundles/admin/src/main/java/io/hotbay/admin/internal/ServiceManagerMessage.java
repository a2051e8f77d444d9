// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import java.nio.charset.StandardCharsets;

/** What a service manager (systemd) is told: sd_notify(3), variables a line each. */
final class ServiceManagerMessage {
    private static final String READY = "READY=1\n";
    private static final String STOPPING = "STOPPING=1\n";
    private static final String STATUS = "STATUS=";

    private ServiceManagerMessage() {}

    static byte[] ready(String status) {
        return bytes(READY + STATUS + oneLine(status));
    }

    static byte[] status(String text) {
        return bytes(STATUS + oneLine(text));
    }

    static byte[] stopping() {
        return bytes(STOPPING + STATUS + "stopping");
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\R", " ");
    }

    private static byte[] bytes(String text) {
        return (text + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
