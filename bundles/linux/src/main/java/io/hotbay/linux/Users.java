// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static io.hotbay.linux.internal.Kernel.LIBC;

import io.hotbay.linux.internal.Accounts;
import io.hotbay.linux.internal.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/** Who this process is, what it may do, and whom names belong to. */
public final class Users {
    // uapi/linux/capability.h
    public static final int CAP_CHOWN = 0;
    public static final int CAP_SYS_ADMIN = 21;
    public static final int CAP_SYS_NICE = 23;
    public static final int CAP_MKNOD = 27;

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String EFFECTIVE = "CapEff:";
    private static final int NO_SIGNAL = 0;

    private Users() {}

    public static int effectiveUid() {
        return LIBC.geteuid();
    }

    public static int effectiveGid() {
        return LIBC.getegid();
    }

    /** Whether this process has a capability; root in a container may lack some. */
    public static boolean hasCapability(int capability) {
        try (var lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith(EFFECTIVE))
                    .map(line -> line.substring(EFFECTIVE.length()).strip())
                    .anyMatch(mask -> (Long.parseUnsignedLong(mask, 16) >>> capability & 1) != 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Number of a user.
     *
     * @throws IOException if there is none of that name
     */
    public static int uid(String nameOrNumber) throws IOException {
        return isNumber(nameOrNumber)
                ? number(nameOrNumber)
                : known(Accounts.user(nameOrNumber), "no user is called \"" + nameOrNumber + "\"");
    }

    /**
     * Number of a group.
     *
     * @throws IOException if there is none of that name
     */
    public static int gid(String nameOrNumber) throws IOException {
        return isNumber(nameOrNumber)
                ? number(nameOrNumber)
                : known(Accounts.group(nameOrNumber), "no group is called \"" + nameOrNumber + "\"");
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static int number(String digits) throws IOException {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw new IOException(digits + " is too large for the number of a user or group", e);
        }
    }

    private static int known(OptionalInt number, String problem) throws IOException {
        if (number.isEmpty()) {
            throw new IOException(problem + ": create it or write a number");
        }
        return number.getAsInt();
    }

    /** Whether there is a process of this number, whoever runs it. */
    public static boolean isAlive(int pid) {
        // 0 and negative numbers mean groups of processes
        return pid > 0 && (LIBC.kill(pid, NO_SIGNAL) == 0 || Kernel.errno() == Errno.EPERM);
    }
}
