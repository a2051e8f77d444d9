// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import io.hotbay.bdev.QosLimits;
import java.util.List;

/** The options of {@link QosLimits}, which bdevs of every type have although no metatype tells of them. */
final class QosOptions {
    private QosOptions() {}

    static List<Option> all() {
        return List.of(
                option(QosLimits.RW_IOS, "Reads and writes per second, all queues together"),
                option(QosLimits.R_IOS, "Reads per second"),
                option(QosLimits.W_IOS, "Writes per second"),
                option(QosLimits.RW_MBYTES, "MiB read and written per second"),
                option(QosLimits.R_MBYTES, "MiB read per second"),
                option(QosLimits.W_MBYTES, "MiB written per second"));
    }

    private static Option option(String key, String what) {
        return new Option(
                key, ValueType.LONG, 0, "0", false, List.of(), what + "; 0: no limit.", text -> problem(key, text));
    }

    private static String problem(String key, String text) {
        long value = Long.parseLong(text);
        return value < 0 || value > QosLimits.max(key) ? "must be from 0 to " + QosLimits.max(key) : "";
    }
}
