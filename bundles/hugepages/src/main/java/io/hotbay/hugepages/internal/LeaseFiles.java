// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import io.hotbay.hugepages.internal.Lease.Origin;
import io.hotbay.linux.Descriptor;
import io.hotbay.linux.Errno;
import io.hotbay.linux.LinuxException;
import io.hotbay.linux.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes, finds and removes the files behind leases in one folder. A file gets its final name when all its memory is there, so
 * a file with a valid name is a whole lease.
 */
final class LeaseFiles {
    private final InstanceFolder folder;
    private final long pageSize;

    LeaseFiles(InstanceFolder folder, long pageSize) {
        this.folder = folder;
        this.pageSize = pageSize;
    }

    /** Whether a failure means that there is not enough memory. */
    static boolean isShortage(LinuxException e) {
        return e.errno() == Errno.ENOSPC || e.errno() == Errno.ENOMEM;
    }

    /** Makes a lease; on failure nothing of it remains. */
    Lease create(String name, long size, int node) throws IOException {
        Path file = folder.file(name);
        if (Files.exists(file)) {
            throw new IOException("lease \"" + name + "\": " + file + " exists and is not ours; remove it");
        }
        Path unfinished = folder.file(LeaseName.unfinished(name));
        int flags = Descriptor.O_RDWR | Descriptor.O_CREAT | Descriptor.O_EXCL;
        try (Descriptor descriptor = Descriptor.open(unfinished, flags, 0600)) {
            Mapping mapping = fill(descriptor, roundedUp(size), node);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            return Lease.taken(name, size, pageSize, node, file, mapping);
        } catch (IOException e) {
            Files.deleteIfExists(unfinished);
            throw e;
        }
    }

    private long roundedUp(long size) {
        return (size + pageSize - 1) / pageSize * pageSize;
    }

    /**
     * Takes all pages now: what is missing is an error here and not a SIGBUS later. The binding comes first, because it is kept
     * with the file and decides where the pages are taken.
     */
    private static Mapping fill(Descriptor descriptor, long length, int node) throws LinuxException {
        descriptor.truncate(length);
        Mapping mapping = Mapping.of(descriptor, 0, length);
        try {
            if (node >= 0) {
                mapping.bind(node);
            }
            allocate(descriptor, length);
            mapping.populate();
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

    /** Takes up all leases that are there as files. */
    List<Lease> adopt() throws IOException {
        List<Lease> leases = new ArrayList<>();
        for (String name : folder.leases()) {
            Path file = folder.file(name);
            try (Descriptor descriptor = Descriptor.open(file, Descriptor.O_RDWR, 0)) {
                long length = descriptor.status().size();
                // No lease is empty, so an empty file is not ours.
                if (length > 0) {
                    Mapping mapping = Mapping.of(descriptor, 0, length);
                    Origin origin = folder.inherited() ? Origin.INHERITED : Origin.LEFT_BEHIND;
                    leases.add(Lease.found(name, pageSize, origin, file, mapping));
                }
            }
        }
        return leases;
    }

    /** Removes what a process that died left half made. */
    void removeUnfinished() throws IOException {
        for (String name : folder.unfinished()) {
            Files.deleteIfExists(folder.file(name));
        }
    }

    /**
     * Ends a lease. The file is also cut to nothing, which gives the pages back although an earlier life of the component in
     * this process may still have it mapped.
     */
    static void release(Lease lease) throws IOException {
        lease.mapping().close();
        try (Descriptor descriptor = Descriptor.open(lease.file(), Descriptor.O_RDWR, 0)) {
            Files.deleteIfExists(lease.file());
            descriptor.truncate(0);
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }
}
