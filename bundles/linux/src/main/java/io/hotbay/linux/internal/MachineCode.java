// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

import com.kenai.jffi.NativeMethod;
import com.kenai.jffi.NativeMethods;
import io.hotbay.linux.LinuxException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/**
 * Machine code for two things that the JVM has no way to do.
 *
 * <p>It copies a list of pieces of memory, and while one is copied the processor already fetches the next one into its second cache;
 * the copies take two thirds of the time then. A page that is not there, because its file was truncated, would be the end of the
 * process, as it is for any native code. So a handler of SIGBUS knows the one instruction that may fail, and lets it return.
 *
 * <p>All other signals are counted and go on to the handler from before, which is the JVM's: from the count a thread sees whether
 * there may be an error for it, without asking the JVM.
 *
 * <p>The pages with the code and the count stay for the life of the process, and serve the next class that asks: a signal may come at any time.
 */
public final class MachineCode {
    /** Bytes of an entry: to u64, from u64, length u64, and which of both addresses is to be fetched ahead u64. */
    public static final int ENTRY = 32;

    public static final int TO = 0;
    public static final int FROM = 8;
    public static final int BYTES = 16;
    public static final int AHEAD = 24;

    /** Switches it off. */
    private static final String SWITCH = "hotbay.machine.code";

    /** At the beginning of the page; changes whenever the code does. */
    private static final byte[] MARK = "hotbay02".getBytes(StandardCharsets.US_ASCII);

    private static final int PAGE = 4096;
    private static final int FORMER_HANDLER = 8;
    private static final int COPY = 16;
    private static final int HANDLER = 0x5a;

    /** The page of the code is followed by one that can be written: the count of signals. */
    private static final int COUNT = PAGE;

    private static final byte[] CODE = HexFormat.of()
            .parseHex(String.join(
                    "",
                    // copy(environment rdi, class rsi, table rdx, count rcx)
                    "4989c8", //             mov  r8, rcx            entries that are left
                    "4989d1", //             mov  r9, rdx            this entry
                    // each:
                    "4d85c0", //             test r8, r8
                    "743b", //               jz   exit
                    "498b4138", //           mov  rax, [r9 + 56]     where to fetch ahead for the next entry
                    "498b4930", //           mov  rcx, [r9 + 48]     as many bytes as it has, but a page at most
                    "ba00100000", //         mov  edx, 4096
                    "4839d1", //             cmp  rcx, rdx
                    "480f47ca", //           cmova rcx, rdx
                    "4801c1", //             add  rcx, rax
                    "eb07", //               jmp  look
                    // ahead:
                    "0f1818", //             prefetcht2 [rax]
                    "4883c040", //           add  rax, 64
                    // look:
                    "4839c8", //             cmp  rax, rcx
                    "72f4", //               jb   ahead
                    "498b39", //             mov  rdi, [r9]
                    "498b7108", //           mov  rsi, [r9 + 8]
                    "498b4910", //           mov  rcx, [r9 + 16]
                    // move:
                    "f3a4", //               rep movsb
                    "4983c120", //           add  r9, 32
                    "49ffc8", //             dec  r8
                    "ebc0", //               jmp  each
                    // exit:
                    "4c89c0", //             mov  rax, r8
                    "c3", //                 ret
                    // handler(signal rdi, information rsi, context rdx)
                    "488b82a8000000", //     mov  rax, [rdx + 168]   where it happened: gregs[REG_RIP] of ucontext_t
                    "488d0de3ffffff", //     lea  rcx, [move]
                    "4839c8", //             cmp  rax, rcx
                    "750f", //               jne  other
                    "488d0de2ffffff", //     lea  rcx, [exit]
                    "48898aa8000000", //     mov  [rdx + 168], rcx   go on there
                    "c3", //                 ret
                    // other:
                    "f048ff057c0f0000", //   lock inc [count]
                    "ff257effffff")); //     jmp  [former handler]

    // From signal.h and sys/mman.h of x86-64.
    private static final int SIGBUS = 7;
    private static final int SIGACTION = 152;
    private static final int PROT_READ_WRITE = 3;
    private static final int PROT_READ_EXECUTE = 5;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;

    /** Where the count is, or null. */
    private static ByteBuffer count;

    private static final String OBSTACLE = install();

    private MachineCode() {}

    /** Why there is no such code on this machine, or null. */
    public static String obstacle() {
        return OBSTACLE;
    }

    /**
     * Copies. The entry behind the last one must be there too, if only with a length of 0.
     *
     * @param table address of the first entry
     * @return how many entries were not copied, because memory of the first of them is not there
     */
    public static native long copy(long table, long count);

    /** How many signals have been passed on so far, by any thread; only if there is no {@link #obstacle}. */
    public static long signals() {
        return count.getLong(0);
    }

    private static String install() {
        if ("false".equals(System.getProperty(SWITCH))) {
            return SWITCH + " is false";
        }
        if (!"amd64".equals(System.getProperty("os.arch"))) {
            return "there is no machine code for " + System.getProperty("os.arch");
        }
        try {
            long page = findOrMakePage();
            if (page == 0) {
                return "nobody handles SIGBUS so far";
            }
            count = NativeMemory.view(page + COUNT, Long.BYTES);
            NativeMethods.register(MachineCode.class, List.of(new NativeMethod(page + COPY, "copy", "(JJ)J")));
            return null;
        } catch (LinuxException | LinkageError | RuntimeException e) {
            return "it cannot be put in place: " + e;
        }
    }

    /** @return the address of a page with the code, or 0 if nobody else handles the signal */
    private static long findOrMakePage() throws LinuxException {
        NativeMemory action = new NativeMemory(SIGACTION);
        Kernel.call("sigaction", "SIGBUS", () -> Kernel.LIBC.sigaction(SIGBUS, 0, action.address()));
        long former = action.bytes().getLong(0);
        if (former >= 0 && former < PAGE) {
            // SIG_DFL or SIG_IGN
            return 0;
        }
        long formerPage = former & -PAGE;
        if (isOurs(formerPage)) {
            return formerPage;
        }
        long page = makePage(former);
        action.bytes().putLong(0, page + HANDLER);
        Kernel.call("sigaction", "SIGBUS", () -> Kernel.LIBC.sigaction(SIGBUS, action.address(), 0));
        Reference.reachabilityFence(action);
        return page;
    }

    private static boolean isOurs(long page) {
        ByteBuffer start = NativeMemory.view(page, MARK.length);
        return start.equals(ByteBuffer.wrap(MARK));
    }

    private static long makePage(long former) throws LinuxException {
        long page = Kernel.call(
                "mmap",
                "pages for code",
                () -> Kernel.LIBC.mmap(0, 2 * PAGE, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0));
        NativeMemory.view(page, PAGE)
                .put(0, MARK)
                .putLong(FORMER_HANDLER, former)
                .put(COPY, CODE);
        Kernel.call("mprotect", "pages for code", () -> Kernel.LIBC.mprotect(page, PAGE, PROT_READ_EXECUTE));
        return page;
    }
}
