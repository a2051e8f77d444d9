// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import io.hotbay.hugepages.internal.Lease.Origin;
import io.hotbay.linux.Descriptor;
import io.hotbay.linux.Errno;
import io.hotbay.linux.LinuxException;
import io.hotbay.linux.Mapping;
import io.hotbay.memory.MemoryRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * Makes, changes and removes the files behind leases. The steps are in such an order that the process may be killed between any
 * two of them:
 *
 * <pre>
 *   create   memory under an unfinished name → header → final name
 *   grow     header allows the longer file → file longer → header tells the new size
 *   shrink   header tells the new size
 *   trim     file shorter → header allows no longer file
 *   release  memory removed → header removed
 * </pre>
 */
final class LeaseFiles {
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(64 << 10);

    /** So that no compiler does without the reading. */
    private static volatile int touched;

    private final LeaseHeaders headers;

    LeaseFiles(LeaseHeaders headers) {
        this.headers = headers;
    }

    /** Whether a failure means that there is not enough memory. */
    static boolean isShortage(IOException e) {
        return e instanceof LinuxException linux && (linux.errno() == Errno.ENOSPC || linux.errno() == Errno.ENOMEM);
    }

    /** Makes a lease; on failure nothing of it remains. */
    Lease create(InstanceFolder folder, String name, long size, long pageSize, int node) throws IOException {
        Path file = folder.file(name);
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("lease \"" + name + "\": " + file + " exists and is not ours; remove it");
        }
        Path unfinished = folder.file(LeaseName.unfinished(name));
        int flags = Descriptor.O_RDWR | Descriptor.O_CREAT | Descriptor.O_EXCL;
        try (Descriptor descriptor = Descriptor.open(unfinished, flags, 0600)) {
            long length = LeaseHeader.roundedUp(size, pageSize);
            Mapping mapping = map(descriptor, length, node);
            LeaseHeader header = new LeaseHeader(
                    name, file, descriptor.status().inode(), size, length, pageSize, node, UUID.randomUUID());
            try {
                mapping.populate();
                headers.write(header);
                Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                mapping.close();
                headers.remove(name);
                throw e;
            }
            return new Lease(header, Origin.ASKED_FOR, mapping);
        } catch (IOException e) {
            Files.deleteIfExists(unfinished);
            throw e;
        }
    }

    /**
     * Takes all pages now: what is missing is an error here and not a SIGBUS later. The binding comes first, because it is kept
     * with the file and decides where the pages are taken.
     */
    private static Mapping map(Descriptor descriptor, long length, int node) throws LinuxException {
        descriptor.truncate(length);
        Mapping mapping = Mapping.of(descriptor, 0, length);
        try {
            if (node >= 0) {
                mapping.bind(node);
            }
            allocate(descriptor, length);
            return mapping;
        } catch (LinuxException e) {
            mapping.close();
            throw e;
        }
    }

    /** The JVM's own signals interrupt long allocations; what was allocated stays, so a repeated call comes to an end. */
    private static void allocate(Descriptor descriptor, long length) throws LinuxException {
        while (true) {
            try {
                descriptor.allocate(0, length);
                return;
            } catch (LinuxException e) {
                if (e.errno() != Errno.EINTR) {
                    throw e;
                }
            }
        }
    }

    /** Gives a lease another size; on failure it is as before. */
    Lease resize(Lease lease, long size) throws IOException {
        LeaseHeader header = lease.header();
        long needed = LeaseHeader.roundedUp(size, lease.pageSize());
        Lease resized = needed > lease.length()
                ? lengthened(lease, header.resized(size, needed))
                : lease.resized(header.resized(size, lease.length()));
        clear(resized, lease.size(), Math.min(size, lease.length()));
        try {
            headers.write(resized.header());
            return resized;
        } catch (IOException e) {
            if (needed > lease.length()) {
                resized.mapping().close();
                takeBack(lease, e);
            }
            throw e;
        }
    }

    private Lease lengthened(Lease lease, LeaseHeader longer) throws IOException {
        headers.write(lease.header().resized(lease.size(), longer.length()));
        try (Descriptor descriptor = Descriptor.open(lease.file(), Descriptor.O_RDWR, 0)) {
            Lease remapped = lease.remapped(longer, map(descriptor, longer.length(), lease.node()));
            touch(remapped);
            return remapped;
        } catch (IOException e) {
            takeBack(lease, e);
            throw e;
        }
    }

    /** Has each page mapped by reading: the contents are in use, and on old kernels populating means to write to them. */
    private static void touch(Lease lease) {
        int sum = 0;
        for (long at = 0; at < lease.size(); at += lease.pageSize()) {
            sum += lease.window((int) (at / MemoryRegion.STRIDE)).get((int) (at % MemoryRegion.STRIDE));
        }
        touched = sum;
    }

    /** Undoes what was done to make a file longer. */
    private void takeBack(Lease lease, IOException reason) {
        try (Descriptor descriptor = Descriptor.open(lease.file(), Descriptor.O_RDWR, 0)) {
            descriptor.truncate(lease.length());
            headers.write(lease.header());
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    /** What lies between the end of a lease and the end of its file may hold old contents. */
    private static void clear(Lease lease, long from, long to) {
        for (long at = from; at < to; ) {
            int place = (int) (at % MemoryRegion.STRIDE);
            int count = (int) Math.min(Math.min(to - at, ZEROS.capacity()), MemoryRegion.STRIDE - place);
            lease.window((int) (at / MemoryRegion.STRIDE)).put(place, ZEROS, 0, count);
            at += count;
        }
    }

    /** Gives back the pages and mappings that only an earlier size of the lease needed. */
    Lease trim(Lease lease) throws IOException {
        LeaseHeader trimmed =
                lease.header().resized(lease.size(), lease.header().needed());
        if (lease.length() > trimmed.length()) {
            try (Descriptor descriptor = Descriptor.open(lease.file(), Descriptor.O_RDWR, 0)) {
                descriptor.truncate(trimmed.length());
            }
            headers.write(trimmed);
        }
        lease.former().forEach(Mapping::close);
        return lease.trimmed(trimmed);
    }

    /**
     * Ends a lease. The file is also cut to nothing, which gives the pages back although somebody else may have it mapped, such as
     * an earlier life of the component that had no keeper to leave its mapping with.
     */
    void release(Lease lease) throws IOException {
        lease.mapping().close();
        lease.former().forEach(Mapping::close);
        try (Descriptor descriptor = Descriptor.open(lease.file(), Descriptor.O_RDWR, 0)) {
            Files.deleteIfExists(lease.file());
            descriptor.truncate(0);
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
        headers.remove(lease.name());
    }

    /** Removes the files of a lease, which stays mapped. */
    void remove(Lease lease) throws IOException {
        Files.deleteIfExists(lease.file());
        headers.remove(lease.name());
    }
}
