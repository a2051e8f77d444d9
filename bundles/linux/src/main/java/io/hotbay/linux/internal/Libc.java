// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

import jnr.ffi.provider.jffi.NoX86;

/**
 * The functions of the C library that are called now and then. Sizes, offsets and addresses are longs; strings are
 * bytes that end with a zero.
 *
 * <p>{@code NoX86} because the stubs that jnr-ffi makes for x86-64 hand over rubbish as the sixth argument; its other
 * way of calling costs a few nanoseconds more.
 */
@NoX86
public interface Libc {
    int open(byte[] path, int flags, int mode);

    int close(int descriptor);

    int fcntl(int descriptor, int command, int argument);

    int ioctl(int descriptor, long request, long argument);

    int ftruncate(int descriptor, long size);

    long read(int descriptor, long address, long length);

    long write(int descriptor, long address, long length);

    long pread(int descriptor, long address, long length, long position);

    long pwrite(int descriptor, long address, long length, long position);

    long lseek(int descriptor, long offset, int whence);

    int fallocate(int descriptor, int mode, long offset, long length);

    int flock(int descriptor, int operation);

    int statx(int directory, byte[] path, int flags, int mask, long result);

    int statfs(byte[] path, long result);

    int fstatfs(int descriptor, long result);

    int memfd_create(byte[] name, int flags);

    int getpagesize();

    long mmap(long address, long length, int protection, int flags, int descriptor, long offset);

    int munmap(long address, long length);

    int mprotect(long address, long length, int protection);

    int madvise(long address, long length, int advice);

    /** For what the C library has no function for. */
    long syscall(long number, long first, long second, long third, long fourth, long fifth, long sixth);

    int eventfd(int value, int flags);

    int timerfd_create(int clock, int flags);

    int epoll_create1(int flags);

    int epoll_ctl(int epoll, int operation, int descriptor, long event);

    int poll(long descriptors, long count, int timeoutMillis);

    int socket(int domain, int type, int protocol);

    int socketpair(int domain, int type, int protocol, long descriptors);

    int accept4(int socket, long address, long length, int flags);

    int connect(int socket, long address, int length);

    int getsockopt(int socket, int level, int name, long value, long length);

    int shutdown(int socket, int how);

    long sendmsg(int socket, long message, int flags);

    long recvmsg(int socket, long message, int flags);

    int sched_setaffinity(int thread, long size, long mask);

    int sched_getaffinity(int thread, long size, long mask);

    int setpriority(int kind, int id, int nice);

    int gettid();

    int getpid();

    int geteuid();

    int getegid();

    int kill(int process, int signal);

    int sigaction(int signal, long action, long former);

    int getpwnam_r(byte[] name, long entry, long strings, long size, long result);

    int getgrnam_r(byte[] name, long entry, long strings, long size, long result);

    int mknod(byte[] path, int mode, long device);

    int chmod(byte[] path, int mode);

    int fchmod(int descriptor, int mode);

    int lchown(byte[] path, int uid, int gid);

    int rename(byte[] from, byte[] to);

    int unlink(byte[] path);

    int mount(byte[] source, byte[] target, byte[] type, long flags, byte[] data);

    int umount2(byte[] target, int flags);
}
