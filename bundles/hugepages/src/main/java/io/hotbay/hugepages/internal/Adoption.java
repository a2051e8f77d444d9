// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import io.hotbay.bdev.ByteSize;
import io.hotbay.hugepages.internal.Lease.Origin;
import io.hotbay.hugepages.internal.LeaseHeader.DamagedException;
import io.hotbay.linux.Descriptor;
import io.hotbay.linux.FileStatus;
import io.hotbay.linux.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Takes up the leases that an earlier life of this target left as files. Only what is whole and ours is taken up; what is not
 * is left untouched, and nobody can lease under its name until it has been cleaned away.
 */
final class Adoption {
    private final LeaseHeaders headers;
    private final InheritedMappings inherited;
    private final List<Lease> leases = new ArrayList<>();
    private final List<RejectedFile> rejected = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();

    Adoption(LeaseHeaders headers, InheritedMappings inherited) {
        this.headers = headers;
        this.inherited = inherited;
    }

    List<Lease> leases() {
        return leases;
    }

    List<RejectedFile> rejected() {
        return rejected;
    }

    /** Looks through one folder. What is half made goes: nobody has ever been given it. */
    void takeUp(InstanceFolder folder, long pageSize) throws IOException {
        for (String name : folder.unfinished()) {
            Files.deleteIfExists(folder.file(name));
        }
        Origin origin = folder.inherited() ? Origin.INHERITED : Origin.LEFT_BEHIND;
        for (String name : folder.leases()) {
            Path file = folder.file(name);
            seen.add(name);
            try {
                leases.add(adopted(name, file, pageSize, origin));
            } catch (DamagedException | IOException e) {
                rejected.add(new RejectedFile(name, file, e.getMessage()));
            }
        }
    }

    private Lease adopted(String name, Path file, long pageSize, Origin origin) throws IOException, DamagedException {
        LeaseHeader header = header(name);
        if (!header.file().equals(file)) {
            throw new DamagedException("its header belongs to " + header.file());
        }
        if (header.pageSize() != pageSize) {
            throw new DamagedException("its header tells of pages of " + ByteSize.format(header.pageSize())
                    + ", it has " + ByteSize.format(pageSize));
        }
        try (Descriptor descriptor = Descriptor.open(file, Descriptor.O_RDWR | Descriptor.O_NOFOLLOW, 0)) {
            FileStatus status = descriptor.status();
            if (status.inode() != header.inode()) {
                throw new DamagedException("it is not the file that its header was written for");
            }
            if (status.size() < header.needed() || status.size() > header.length()) {
                throw new DamagedException("it has " + status.size() + " bytes, its header tells of "
                        + (header.length() == header.needed() ? "" : header.needed() + " to ") + header.length());
            }
            LeaseHeader settled = settled(header, descriptor, status.size(), origin);
            return lease(settled, origin, descriptor);
        }
    }

    /** In the process that had it mapped before, a lease stays where it is: it is mapped anew only in another one. */
    private Lease lease(LeaseHeader header, Origin origin, Descriptor file) throws IOException {
        List<Mapping> before = inherited.of(header.file(), header.inode());
        Mapping last = before.isEmpty() ? null : before.get(before.size() - 1);
        boolean spans = last != null && last.length() >= header.length();
        Mapping mapping = spans ? last : Mapping.of(file, 0, header.length());
        inherited.claimed(before);
        return new Lease(header, origin, mapping, spans ? before.subList(0, before.size() - 1) : before);
    }

    private LeaseHeader header(String name) throws IOException, DamagedException {
        Optional<LeaseHeader> header;
        try {
            header = headers.read(name);
        } catch (DamagedException e) {
            throw new DamagedException("its header " + headers.file(name) + " " + e.getMessage());
        }
        return header.orElseThrow(() -> new DamagedException("it has no header"));
    }

    /**
     * Ends a resize that was under way when the process died: what no size needs is cut off. A process that goes on may
     * still touch it.
     */
    private LeaseHeader settled(LeaseHeader header, Descriptor descriptor, long length, Origin origin)
            throws IOException {
        long settled = origin == Origin.INHERITED ? length : header.needed();
        if (settled == header.length()) {
            return header;
        }
        descriptor.truncate(settled);
        LeaseHeader written = header.resized(header.size(), settled);
        headers.write(written);
        return written;
    }

    /**
     * Looks after headers whose memory was in none of the folders. When its file system is there, the process died while it
     * released the lease. When it is not, the memory may be back some day.
     *
     * @param roots file systems that were looked through
     */
    void takeUpHeaders(List<Path> roots) throws IOException {
        for (String name : headers.leases()) {
            if (seen.contains(name)) {
                continue;
            }
            try {
                Optional<LeaseHeader> header = headers.read(name);
                if (header.isEmpty() || isGone(header.get().file(), roots)) {
                    headers.remove(name);
                } else {
                    String reason = "the memory it is the header of, "
                            + header.get().file() + ", cannot be reached: is" + " its file system mounted?";
                    rejected.add(new RejectedFile(name, headers.file(name), reason));
                }
            } catch (DamagedException e) {
                rejected.add(new RejectedFile(name, headers.file(name), "as a header it " + e.getMessage()));
            }
        }
    }

    private static boolean isGone(Path file, List<Path> roots) {
        return roots.stream().anyMatch(file::startsWith) && !Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }
}
