// SPDX-License-Identifier: Apache-2.0
package io.hotbay.upgrade.internal;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.LinuxException;
import io.hotbay.linux.Memfd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An estate as named descriptors, which a service manager keeps from one process to the next. One of them is a sealed memfd with the bytes:
 * u32 count, then for each descriptor of the estate the number of the stored one (u32), then the estate's bytes. A
 * descriptor that is another one's duplicate is stored once, as service managers do not keep duplicates.
 */
final class StoredEstate {
    static final String PREFIX = "hotbay-";
    static final String BYTES = PREFIX + "estate";

    private static final int SEALS =
            Descriptor.F_SEAL_SEAL | Descriptor.F_SEAL_SHRINK | Descriptor.F_SEAL_GROW | Descriptor.F_SEAL_WRITE;

    private StoredEstate() {}

    /** Stores an estate. The bytes go last, so that what is not complete is not taken for an estate. */
    static void store(Estate estate, ServiceManager manager) throws IOException {
        List<Descriptor> distinct = new ArrayList<>();
        byte[] bytes = estate.bytes();
        List<Descriptor> all = estate.descriptors();
        ByteBuffer content = ByteBuffer.allocateDirect(Integer.BYTES * (1 + all.size()) + bytes.length);
        content.putInt(all.size());
        for (Descriptor each : all) {
            content.putInt(place(each, distinct));
        }
        content.put(bytes).flip();
        if (distinct.size() + 1 > manager.limit()) {
            throw new IOException((distinct.size() + 1) + " descriptors are needed, the service manager keeps "
                    + manager.limit() + ": raise FileDescriptorStoreMax and HOTBAY_FDSTORE in the unit");
        }
        for (int i = 0; i < distinct.size(); i++) {
            manager.store(PREFIX + i, distinct.get(i));
        }
        try (Descriptor file = Memfd.create(BYTES, content.remaining())) {
            while (content.hasRemaining()) {
                file.pwrite(content, content.position());
            }
            file.addSeals(SEALS);
            manager.store(BYTES, file);
        }
        manager.barrier();
    }

    private static int place(Descriptor wanted, List<Descriptor> distinct) {
        for (int i = 0; i < distinct.size(); i++) {
            if (isSame(wanted, distinct.get(i))) {
                return i;
            }
        }
        distinct.add(wanted);
        return distinct.size() - 1;
    }

    /** A kernel that does not tell makes the estate incomplete at worst, and that is noticed. */
    private static boolean isSame(Descriptor one, Descriptor other) {
        try {
            return one.isSameOpenFile(other);
        } catch (LinuxException e) {
            return false;
        }
    }

    /** Puts an estate together from what was stored; all that is in the map stays open. */
    static Estate of(Map<String, Descriptor> stored) throws IOException {
        Descriptor file = stored.get(BYTES);
        long size = file.status().size();
        if ((file.seals() & SEALS) != SEALS || size < Integer.BYTES || size > Estate.LARGEST) {
            throw new IOException("what was stored is not sealed, or has a strange size: " + size);
        }
        ByteBuffer content = ByteBuffer.allocate((int) size);
        while (content.hasRemaining() && file.pread(content, content.position()) > 0) {
            continue;
        }
        content.flip();
        int count = content.getInt();
        if (count < 0 || count > content.remaining() / Integer.BYTES) {
            throw new IOException("what was stored is damaged: it cannot have " + count + " descriptors");
        }
        List<Descriptor> all = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                int place = content.getInt();
                Descriptor descriptor = stored.get(PREFIX + place);
                if (descriptor == null) {
                    throw new IOException("descriptor " + place + " has not been stored");
                }
                all.add(descriptor.duplicate());
            }
        } catch (IOException e) {
            all.forEach(Descriptor::close);
            throw e;
        }
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        return Estate.of(bytes, all);
    }
}
