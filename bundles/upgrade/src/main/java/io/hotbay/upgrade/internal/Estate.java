// SPDX-License-Identifier: Apache-2.0
package io.hotbay.upgrade.internal;

import io.hotbay.keeper.Keeper;
import io.hotbay.keeper.Kept;
import io.hotbay.linux.Descriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * All that the keeper of one process has, on its way to that of another: bytes and descriptors.
 *
 * <pre>
 *   "HOTBAYUP"   u32 version   u32 descriptors   u32 length   facts (length bytes)   u32 CRC-32C of all before it
 * </pre>
 *
 * Numbers are big-endian. The facts are a list with a map for each name in the keeper: its name, its facts, and how many of the
 * descriptors are its own, which follow each other in the order of the list.
 */
final class Estate implements AutoCloseable {
    static final int VERSION = 1;
    /** Far more than thousands of sessions need. */
    static final int LARGEST = 256 << 20;

    private static final long MAGIC = 0x484f_5442_4159_5550L;
    private static final int HEADER = Long.BYTES + 3 * Integer.BYTES;
    private static final String NAME = "name";
    private static final String FACTS = "facts";
    private static final String DESCRIPTORS = "descriptors";

    private final Map<String, Map<String, Object>> facts = new TreeMap<>();
    private final Map<String, List<Descriptor>> descriptors = new TreeMap<>();

    private Estate() {}

    /** Takes everything that is kept. */
    static Estate takeFrom(Keeper keeper) {
        Estate estate = new Estate();
        for (String name : keeper.names()) {
            keeper.take(name).ifPresent(kept -> {
                estate.facts.put(name, kept.facts());
                estate.descriptors.put(
                        name, kept.descriptors().stream().map(Descriptor::adopt).toList());
            });
        }
        return estate;
    }

    /** Gives everything to a keeper; nothing is left here. */
    void giveTo(Keeper keeper) {
        facts.forEach((name, each) -> keeper.keep(
                name,
                new Kept(
                        each,
                        descriptors.get(name).stream().map(Descriptor::release).toList())));
        facts.clear();
        descriptors.clear();
    }

    Set<String> names() {
        return Set.copyOf(facts.keySet());
    }

    /** All descriptors in the order in which they go. */
    List<Descriptor> descriptors() {
        return descriptors.values().stream().flatMap(List::stream).toList();
    }

    /** Everything but the descriptors. */
    byte[] bytes() {
        List<Object> all = new ArrayList<>();
        facts.forEach((name, each) -> all.add(Map.of(
                NAME, name, FACTS, each, DESCRIPTORS, descriptors.get(name).size())));
        byte[] payload = FactsWriter.write(all);
        ByteBuffer bytes = ByteBuffer.allocate(HEADER + payload.length + Integer.BYTES);
        bytes.putLong(MAGIC).putInt(VERSION).putInt(descriptors().size()).putInt(payload.length);
        bytes.put(payload);
        bytes.putInt(checksum(bytes.array(), HEADER + payload.length));
        return bytes.array();
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    /**
     * Puts together what came.
     *
     * @param received belong to the estate, also when it is refused: they are closed then
     * @throws IOException if it is damaged, not complete, or of another version
     */
    static Estate of(byte[] bytes, List<Descriptor> received) throws IOException {
        try {
            return parsed(bytes, received);
        } catch (IOException | RuntimeException e) {
            received.forEach(Descriptor::close);
            throw e;
        }
    }

    private static Estate parsed(byte[] bytes, List<Descriptor> received) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length < HEADER + Integer.BYTES || in.getLong() != MAGIC) {
            throw new IOException("what was handed over is no estate of a Hotbay process");
        }
        int version = in.getInt();
        if (version != VERSION) {
            throw new IOException("what was handed over has version " + version + ", " + VERSION + " is understood");
        }
        int count = in.getInt();
        int length = in.getInt();
        if (length != bytes.length - HEADER - Integer.BYTES
                || checksum(bytes, HEADER + length) != in.getInt(HEADER + length)) {
            throw new IOException("what was handed over is damaged: its length or its checksum is wrong");
        }
        if (count != received.size()) {
            throw new IOException("of " + count + " descriptors " + received.size() + " arrived");
        }
        in.limit(HEADER + length);
        return estate((List<?>) FactsReader.read(in), received);
    }

    private static Estate estate(List<?> all, List<Descriptor> received) throws IOException {
        Estate estate = new Estate();
        int next = 0;
        for (Object each : all) {
            Map<?, ?> entry = (Map<?, ?>) each;
            String name = (String) entry.get(NAME);
            int count = (Integer) entry.get(DESCRIPTORS);
            if (count < 0 || count > received.size() - next) {
                throw new IOException(name + " is said to have " + count + " descriptors, there are not as many");
            }
            Map<String, Object> facts = new HashMap<>();
            ((Map<?, ?>) entry.get(FACTS)).forEach((key, value) -> facts.put((String) key, value));
            estate.facts.put(name, facts);
            estate.descriptors.put(name, List.copyOf(received.subList(next, next + count)));
            next += count;
        }
        if (next != received.size()) {
            throw new IOException(received.size() - next + " descriptors belong to nobody");
        }
        return estate;
    }

    /** Closes all descriptors: front-ends lose their connections, unless another process has them too. */
    @Override
    public void close() {
        descriptors().forEach(Descriptor::close);
        facts.clear();
        descriptors.clear();
    }
}
