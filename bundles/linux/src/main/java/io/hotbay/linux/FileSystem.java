// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static io.hotbay.linux.internal.Kernel.LIBC;

import io.hotbay.linux.internal.DeviceNumber;
import io.hotbay.linux.internal.Kernel;
import io.hotbay.linux.internal.Statfs;
import java.io.IOException;
import java.nio.file.Path;

/** What java.nio.file cannot do with paths. */
public final class FileSystem {
    private static final int S_IFBLK = 0x6000;

    private FileSystem() {}

    /**
     * Makes a node of a block device. Needs CAP_MKNOD.
     *
     * @param mode rights, less the process's umask
     */
    public static void mknodBlock(Path path, int major, int minor, int mode) throws LinuxException {
        byte[] name = Kernel.path(path);
        long device = DeviceNumber.of(major, minor);
        Kernel.call("mknod", path, () -> LIBC.mknod(name, S_IFBLK | mode, device));
    }

    /** Sets the rights of a file, whatever the umask. Symbolic links are followed. */
    public static void chmod(Path path, int mode) throws LinuxException {
        byte[] name = Kernel.path(path);
        Kernel.call("chmod", path, () -> LIBC.chmod(name, mode));
    }

    /**
     * Sets the owner and the group of a file, or of a symbolic link itself.
     *
     * @param uid owner; -1 to leave it
     * @param gid group; -1 to leave it
     */
    public static void chown(Path path, int uid, int gid) throws LinuxException {
        byte[] name = Kernel.path(path);
        Kernel.call("chown", path, () -> LIBC.lchown(name, uid, gid));
    }

    /**
     * Mounts a file system. Needs CAP_SYS_ADMIN.
     *
     * @param flags MS_ constants of mount(2)
     * @param data options of the file system, comma separated; may be null
     */
    public static void mount(String source, Path target, String type, long flags, String data) throws LinuxException {
        byte[] from = Kernel.string(source);
        byte[] to = Kernel.path(target);
        byte[] kind = Kernel.string(type);
        byte[] options = Kernel.string(data);
        Kernel.call("mount", target, () -> LIBC.mount(from, to, kind, flags, options));
    }

    /** Unmounts the file system at a path. Needs CAP_SYS_ADMIN. */
    public static void unmount(Path target) throws LinuxException {
        byte[] name = Kernel.path(target);
        Kernel.call("umount", target, () -> LIBC.umount2(name, 0));
    }

    /** What the kernel knows of the file system that a path lies on. */
    public static FileSystemStatus statfs(Path path) throws LinuxException {
        return Statfs.of(path);
    }

    /**
     * Size of the pages of a hugetlbfs.
     *
     * @throws IOException if the path does not lie on one
     */
    public static long hugePageSize(Path mount) throws IOException {
        FileSystemStatus status = statfs(mount);
        if (!status.isHugetlbfs()) {
            throw new IOException(mount + " does not lie on a hugetlbfs: mount one there, or name another directory");
        }
        return status.blockSize();
    }
}
