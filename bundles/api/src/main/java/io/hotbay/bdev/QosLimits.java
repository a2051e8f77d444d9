// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How much a bdev may do in a second, all its queues together; 0 for as much as it can. Each key of {@link #KEYS} may stand in the
 * configuration of any bdev, and so among its service's properties, where those who use the bdev find it. A backend has nothing to do
 * with it; one that has a {@code Modified} method is not even restarted when a limit changes. Only reads and writes are limited. The
 * names are those of SPDK's bdev_set_qos_limit.
 *
 * @param rwIos reads and writes per second
 * @param readIos reads per second
 * @param writeIos writes per second
 * @param rwMbytes MiB read and written per second
 * @param readMbytes MiB read per second
 * @param writeMbytes MiB written per second
 */
public record QosLimits(long rwIos, long readIos, long writeIos, long rwMbytes, long readMbytes, long writeMbytes) {
    /** Key of {@link #rwIos}. */
    public static final String RW_IOS = "rw_ios_per_sec";

    /** Key of {@link #readIos}. */
    public static final String R_IOS = "r_ios_per_sec";

    /** Key of {@link #writeIos}. */
    public static final String W_IOS = "w_ios_per_sec";

    /** Key of {@link #rwMbytes}. */
    public static final String RW_MBYTES = "rw_mbytes_per_sec";

    /** Key of {@link #readMbytes}. */
    public static final String R_MBYTES = "r_mbytes_per_sec";

    /** Key of {@link #writeMbytes}. */
    public static final String W_MBYTES = "w_mbytes_per_sec";

    /** All keys. */
    public static final List<String> KEYS = List.of(RW_IOS, R_IOS, W_IOS, RW_MBYTES, R_MBYTES, W_MBYTES);

    /** Largest limit of requests per second. */
    public static final long MAX_IOS = 1_000_000_000;

    /** Largest limit of MiB per second. */
    public static final long MAX_MBYTES = 1_000_000;

    /** No limit. */
    public static final QosLimits NONE = new QosLimits(0, 0, 0, 0, 0, 0);

    /**
     * Checks the limits.
     *
     * @throws IllegalArgumentException if one is out of range; the message names it
     */
    public QosLimits {
        check(RW_IOS, rwIos);
        check(R_IOS, readIos);
        check(W_IOS, writeIos);
        check(RW_MBYTES, rwMbytes);
        check(R_MBYTES, readMbytes);
        check(W_MBYTES, writeMbytes);
    }

    private static void check(String key, long value) {
        if (value < 0 || value > max(key)) {
            throw new IllegalArgumentException(key + " is " + value + ": must be from 0 (no limit) to " + max(key));
        }
    }

    /** The largest value of a key; the least is 0. */
    public static long max(String key) {
        return key.contains("mbytes") ? MAX_MBYTES : MAX_IOS;
    }

    /**
     * Reads limits among other properties; what is missing is not limited.
     *
     * @throws IllegalArgumentException if one is no number or out of range; the message names it
     */
    public static QosLimits of(Map<String, ?> properties) {
        return new QosLimits(
                number(properties, RW_IOS),
                number(properties, R_IOS),
                number(properties, W_IOS),
                number(properties, RW_MBYTES),
                number(properties, R_MBYTES),
                number(properties, W_MBYTES));
    }

    private static long number(Map<String, ?> properties, String key) {
        Object value = properties.get(key);
        if (value == null || value.toString().isBlank()) {
            return 0;
        }
        try {
            return Long.parseLong(value.toString().strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(key + " is \"" + value + "\": must be a whole number", e);
        }
    }

    /** Whether nothing is limited. */
    public boolean isNone() {
        return equals(NONE);
    }

    /** For people: {@code rw_ios_per_sec=1000}, or "none". */
    @Override
    public String toString() {
        Map<String, Long> all = new LinkedHashMap<>();
        all.put(RW_IOS, rwIos);
        all.put(R_IOS, readIos);
        all.put(W_IOS, writeIos);
        all.put(RW_MBYTES, rwMbytes);
        all.put(R_MBYTES, readMbytes);
        all.put(W_MBYTES, writeMbytes);
        String text = all.entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .map(Map.Entry::toString)
                .collect(Collectors.joining(" "));
        return text.isEmpty() ? "none" : text;
    }
}
