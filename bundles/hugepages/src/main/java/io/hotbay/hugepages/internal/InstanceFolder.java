// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import io.hotbay.linux.Descriptor;
import io.hotbay.linux.Errno;
import io.hotbay.linux.FileStatus;
import io.hotbay.linux.LinuxException;
import io.hotbay.linux.Users;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The folder of one running target in one file system: {@code <file system>/hotbay/<instance>}, with a file for each lease; the
 * one in shared memory has the headers of all leases as well. A lock file in it is locked while the process lives; the kernel
 * drops the lock however the process ends, so a folder whose lock can be had was left by a dead one.
 *
 * <p>The lock does not belong to the component. When that ends and its target goes on, the locked descriptor is left for the next
 * life of the component, be it in this process or in one that goes on in its place.
 *
 * <p>What a new life needs is written with loops: each lambda and stream of a bundle that has just been loaded costs a fraction of a
 * millisecond, while rings wait.
 */
final class InstanceFolder {
    private static final String LOCK = "~lock";
    private static final int ATTEMPTS = 10;
    private static final long PAUSE_MILLIS = 20;

    private final Path path;
    private final Descriptor lock;
    private final boolean inherited;
    private final List<LeftMapping> mappings;

    private InstanceFolder(Path path, Descriptor lock, boolean inherited, List<LeftMapping> mappings) {
        this.path = path;
        this.lock = lock;
        this.inherited = inherited;
        this.mappings = mappings;
    }

    /**
     * Makes the folder if need be and locks it.
     *
     * @param folders where an earlier life of the component has left the lock
     * @throws IOException if another process has it, or it is not ours
     */
    static InstanceFolder open(Path path, LeftFolders folders) throws IOException {
        LeftFolder left = folders.take(path);
        List<LeftMapping> mappings = left == null ? List.of() : left.mappings();
        if (left != null) {
            if (isStillThere(left.lock(), path)) {
                return new InstanceFolder(path, left.lock(), true, mappings);
            }
            left.lock().close();
        }
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            makeFolder(path);
            Descriptor lock = tryLock(path, Descriptor.O_CREAT);
            if (lock != null) {
                return new InstanceFolder(path, lock, false, mappings);
            }
            pause();
        }
        throw new IOException(path + " is in use by another running target: stop that one, or give this one a runtime"
                + " directory of its own (hotbay.run.dir)");
    }

    /** Locks the folder of a process that died; null if it lives, or the folder is no target's. */
    static InstanceFolder ofDead(Path path) throws IOException {
        Descriptor lock = tryLock(path, 0);
        return lock == null ? null : new InstanceFolder(path, lock, false, List.of());
    }

    private static void makeFolder(Path path) throws IOException {
        Files.createDirectories(path.getParent());
        try {
            // Guests' data: nobody else's business.
            Files.createDirectory(
                    path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            FileStatus status = FileStatus.of(path);
            if (!status.isDirectory() || status.uid() != Users.effectiveUid()) {
                throw new IOException(path + " is not a directory of this user: remove it", e);
            }
        } catch (NoSuchFileException e) {
            // Another target ended and took the empty parent along; the next attempt makes it again.
        }
    }

    /** Null when somebody else has the lock, or the folder vanished under our hands. */
    private static Descriptor tryLock(Path path, int flags) throws LinuxException {
        Descriptor lock;
        try {
            lock = Descriptor.open(path.resolve(LOCK), Descriptor.O_RDWR | flags, 0600);
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT) {
                return null;
            }
            throw e;
        }
        boolean ours = false;
        try {
            // Whoever cleans up removes the file while holding its lock: then we have locked what nobody sees any more.
            ours = lock.tryLock() && isStillThere(lock, path);
        } finally {
            if (!ours) {
                lock.close();
            }
        }
        return ours ? lock : null;
    }

    private static boolean isStillThere(Descriptor lock, Path path) throws LinuxException {
        try {
            return FileStatus.of(path.resolve(LOCK)).inode() == lock.status().inode();
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT) {
                return false;
            }
            throw e;
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for a folder of leases", e);
        }
    }

    Path path() {
        return path;
    }

    /** Whether an earlier life of the component has left it in good order. */
    boolean inherited() {
        return inherited;
    }

    /** What an earlier life of the component says it has mapped of the leases here. */
    List<LeftMapping> mappings() {
        return mappings;
    }

    Path file(String fileName) {
        return path.resolve(fileName);
    }

    /** Names of the leases, sorted. */
    List<String> leases() throws IOException {
        List<String> leases = new ArrayList<>();
        for (String name : names()) {
            if (LeaseName.isValid(name)) {
                leases.add(name);
            }
        }
        return leases;
    }

    /** Names of the files that hold headers of leases. */
    List<String> headers() throws IOException {
        List<String> headers = new ArrayList<>();
        for (String name : names()) {
            if (LeaseName.isHeader(name)) {
                headers.add(name);
            }
        }
        return headers;
    }

    /** Names of the files that were being made when the process died. */
    List<String> unfinished() throws IOException {
        List<String> unfinished = new ArrayList<>();
        for (String name : names()) {
            if (LeaseName.isUnfinished(name)) {
                unfinished.add(name);
            }
        }
        return unfinished;
    }

    private List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    names.add(file.getFileName().toString());
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Collections.sort(names);
        return names;
    }

    /** Leaves folder and lock, and what is mapped of the leases here, to the next life of the component. */
    void handOver(LeftFolders folders, List<LeftMapping> mapped) {
        folders.leave(path, new LeftFolder(lock, mapped));
    }

    /** Gives the folder up: removes it unless it still holds something. */
    void remove() throws IOException {
        try {
            Files.deleteIfExists(path.resolve(LOCK));
            deleteIfEmpty(path);
            deleteIfEmpty(path.getParent());
        } finally {
            lock.close();
        }
    }

    private static void deleteIfEmpty(Path folder) throws IOException {
        try {
            Files.deleteIfExists(folder);
        } catch (DirectoryNotEmptyException e) {
            // Not all of it is ours.
        }
    }
}
