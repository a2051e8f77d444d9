// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import io.hotbay.virtio.DeviceContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The options of a controller that concern a block device, checked. Values may be typed or text.
 *
 * @param queues number of request queues ({@code num_queues})
 * @param queueSize largest ring, in descriptors ({@code queue_size})
 * @param readOnly whether the guest may not write ({@code readonly})
 * @param writeBack whether the write cache is on until the driver switches it ({@code write_cache})
 * @param serial what GET_ID answers ({@code serial})
 */
record BlkOptions(int queues, int queueSize, boolean readOnly, boolean writeBack, String serial) {
    private static final int MAX_QUEUES = 256;
    /** One queue for each core of the host is enough; more of them only when asked for. */
    private static final int MAX_DEFAULT_QUEUES = 64;

    private static final int DEFAULT_QUEUE_SIZE = 1024;
    /** A request needs a header, data and a status. */
    private static final int MIN_QUEUE_SIZE = 4;

    private static final int MAX_QUEUE_SIZE = 1024;

    static BlkOptions of(DeviceContext context) throws IOException {
        int cores = Runtime.getRuntime().availableProcessors();
        int queues = integer(context, "num_queues", Math.min(cores, MAX_DEFAULT_QUEUES));
        if (queues < 1 || queues > MAX_QUEUES) {
            throw wrong(context, "num_queues", "a number from 1 to " + MAX_QUEUES);
        }
        int queueSize = integer(context, "queue_size", DEFAULT_QUEUE_SIZE);
        if (queueSize < MIN_QUEUE_SIZE || queueSize > MAX_QUEUE_SIZE || Integer.bitCount(queueSize) != 1) {
            throw wrong(context, "queue_size", "a power of two from " + MIN_QUEUE_SIZE + " to " + MAX_QUEUE_SIZE);
        }
        return new BlkOptions(
                queues,
                queueSize,
                bool(context, "readonly", false),
                bool(context, "write_cache", true),
                serial(context));
    }

    private static int integer(DeviceContext context, String key, int defaultValue) throws IOException {
        Object value = context.options().get(key);
        if (value == null || value.toString().isBlank()) {
            return defaultValue;
        }
        try {
            return Integer.parseInt(value.toString().strip());
        } catch (NumberFormatException e) {
            throw wrong(context, key, "a whole number");
        }
    }

    private static boolean bool(DeviceContext context, String key, boolean defaultValue) throws IOException {
        Object value = context.options().get(key);
        String text = value == null ? "" : value.toString().strip().toLowerCase(Locale.ROOT);
        switch (text) {
            case "":
                return defaultValue;
            case "true":
                return true;
            case "false":
                return false;
            default:
                throw wrong(context, key, "true or false");
        }
    }

    /** A name of a controller may be longer than a serial number: its beginning has to do then. */
    private static String serial(DeviceContext context) throws IOException {
        Object value = context.options().get("serial");
        if (value == null || value.toString().isBlank()) {
            String name = context.name();
            return name.substring(0, Math.min(name.length(), BlkRequest.ID_LENGTH));
        }
        String serial = value.toString().strip();
        boolean printable = serial.chars().allMatch(c -> c >= ' ' && c <= '~');
        if (!printable || serial.length() > BlkRequest.ID_LENGTH) {
            throw wrong(context, "serial", "at most " + BlkRequest.ID_LENGTH + " printable ASCII characters");
        }
        return serial;
    }

    private static IOException wrong(DeviceContext context, String key, String rule) {
        return new IOException("controller " + context.name() + ": option " + key + " is \""
                + context.options().get(key) + "\": must be " + rule);
    }

    /** The serial number as GET_ID hands it out: padded with NUL, without one at the end if it fills the field. */
    byte[] id() {
        byte[] id = new byte[BlkRequest.ID_LENGTH];
        byte[] text = serial.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, id, 0, text.length);
        return id;
    }
}
