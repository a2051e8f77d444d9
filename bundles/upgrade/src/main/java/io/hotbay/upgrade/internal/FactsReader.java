// SPDX-License-Identifier: Apache-2.0
package io.hotbay.upgrade.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what {@link FactsWriter} has written, and believes none of its figures. */
final class FactsReader {
    /** Deeper than any facts are. */
    private static final int DEEPEST = 16;

    private final ByteBuffer in;

    private FactsReader(ByteBuffer in) {
        this.in = in;
    }

    /** @throws IOException if the bytes are not exactly one value */
    static Object read(ByteBuffer bytes) throws IOException {
        FactsReader reader = new FactsReader(bytes);
        Object value = reader.value(0);
        if (bytes.hasRemaining()) {
            throw damaged(bytes.remaining() + " bytes too many");
        }
        return value;
    }

    private Object value(int depth) throws IOException {
        if (depth > DEEPEST) {
            throw damaged("values within values are too deep");
        }
        char tag = (char) need(1).get();
        return switch (tag) {
            case FactsWriter.STRING -> new String(raw(), StandardCharsets.UTF_8);
            case FactsWriter.BYTES -> raw();
            case FactsWriter.TRUE -> true;
            case FactsWriter.FALSE -> false;
            case FactsWriter.INTEGER -> need(Integer.BYTES).getInt();
            case FactsWriter.LONG -> need(Long.BYTES).getLong();
            case FactsWriter.LIST -> list(depth);
            case FactsWriter.MAP -> map(depth);
            default -> throw damaged("there is no type " + (int) tag);
        };
    }

    private List<Object> list(int depth) throws IOException {
        int count = count();
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            list.add(value(depth + 1));
        }
        return list;
    }

    private Map<Object, Object> map(int depth) throws IOException {
        int count = count();
        Map<Object, Object> map = new HashMap<>();
        for (int i = 0; i < count; i++) {
            map.put(value(depth + 1), value(depth + 1));
        }
        return map;
    }

    private byte[] raw() throws IOException {
        byte[] raw = new byte[count()];
        in.get(raw);
        return raw;
    }

    /** Each element takes a byte at least, so a count beyond what is left is wrong, and cannot make us allocate for it. */
    private int count() throws IOException {
        int count = need(Integer.BYTES).getInt();
        if (count < 0 || count > in.remaining()) {
            throw damaged("a size of " + Integer.toUnsignedString(count) + " with " + in.remaining() + " bytes left");
        }
        return count;
    }

    private ByteBuffer need(int size) throws IOException {
        if (in.remaining() < size) {
            throw damaged("it ends too early");
        }
        return in;
    }

    private static IOException damaged(String how) {
        return new IOException("what was handed over is damaged: " + how);
    }
}
