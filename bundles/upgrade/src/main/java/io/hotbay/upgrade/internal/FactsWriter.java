// SPDX-License-Identifier: Apache-2.0
package io.hotbay.upgrade.internal;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;

/** Writes what the keeper may hold as bytes: a tag for the type, then the value, numbers big-endian. */
final class FactsWriter {
    static final char STRING = 's';
    static final char TRUE = 't';
    static final char FALSE = 'f';
    static final char INTEGER = 'i';
    static final char LONG = 'l';
    static final char BYTES = 'b';
    static final char LIST = 'L';
    static final char MAP = 'M';

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    private FactsWriter() {}

    static byte[] write(Object value) {
        FactsWriter writer = new FactsWriter();
        try {
            writer.put(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return writer.bytes.toByteArray();
    }

    private void put(Object value) throws IOException {
        if (value instanceof String text) {
            sized(STRING, text.getBytes(StandardCharsets.UTF_8));
        } else if (value instanceof byte[] raw) {
            sized(BYTES, raw);
        } else if (value instanceof Boolean flag) {
            out.write(flag ? TRUE : FALSE);
        } else if (value instanceof Integer number) {
            out.write(INTEGER);
            out.writeInt(number);
        } else if (value instanceof Long number) {
            out.write(LONG);
            out.writeLong(number);
        } else if (value instanceof Collection<?> list) {
            out.write(LIST);
            out.writeInt(list.size());
            for (Object element : list) {
                put(element);
            }
        } else if (value instanceof Map<?, ?> map) {
            out.write(MAP);
            out.writeInt(map.size());
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                put(entry.getKey());
                put(entry.getValue());
            }
        } else {
            throw new IllegalArgumentException(value + " cannot be handed over");
        }
    }

    private void sized(char tag, byte[] raw) throws IOException {
        out.write(tag);
        out.writeInt(raw.length);
        out.write(raw);
    }
}
