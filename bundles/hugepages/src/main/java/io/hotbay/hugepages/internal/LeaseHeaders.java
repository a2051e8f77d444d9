// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import io.hotbay.hugepages.internal.LeaseHeader.DamagedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The headers of all leases of a target, wherever their memory lies: small files in its folder in shared memory. They are not in
 * hugetlbfs, where the smallest file takes a hugepage and write(2) does not work. Shared memory lives exactly as long as
 * hugepages do, until the machine restarts.
 *
 * <p>A header gets its name when it is complete, so a process that is killed leaves the old one or the new one. Nothing is synced
 * to a disk, as there is none underneath.
 */
final class LeaseHeaders {
    private static final int LONGEST = 16 << 10;

    private final InstanceFolder folder;

    LeaseHeaders(InstanceFolder folder) {
        this.folder = folder;
    }

    /** Where the header of a lease is, or would be. */
    Path file(String lease) {
        return folder.file(LeaseName.header(lease));
    }

    /** Names of the leases that have one, sorted. */
    List<String> leases() throws IOException {
        List<String> leases = new ArrayList<>();
        for (String header : folder.headers()) {
            leases.add(LeaseName.ofHeader(header));
        }
        return leases;
    }

    /** The header of a lease, if it has one. */
    Optional<LeaseHeader> read(String lease) throws IOException, DamagedException {
        Path file = file(lease);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            LeaseHeader header = LeaseHeader.parse(new String(in.readNBytes(LONGEST), StandardCharsets.UTF_8));
            if (!header.name().equals(lease)) {
                throw new DamagedException("is that of lease \"" + header.name() + "\"");
            }
            return Optional.of(header);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Writes the header of a lease, in place of the one it may have. */
    void write(LeaseHeader header) throws IOException {
        Path file = file(header.name());
        Path unfinished = folder.file(LeaseName.unfinished(file.getFileName().toString()));
        try {
            Files.writeString(unfinished, header.text());
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.deleteIfExists(unfinished);
            throw new IOException("header " + file + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** Removes the header that goes with a file, and any that is damaged; one that goes with another file stays. */
    void removeOf(Path memory, String lease) throws IOException {
        try {
            Optional<LeaseHeader> header = read(lease);
            if (header.isEmpty() || header.get().file().equals(memory)) {
                remove(lease);
            }
        } catch (DamagedException e) {
            remove(lease);
        }
    }

    void remove(String lease) throws IOException {
        Files.deleteIfExists(file(lease));
    }
}
