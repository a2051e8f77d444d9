// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import io.hotbay.linux.internal.Kernel;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/**
 * Failed accesses to mappings. When a mapped page is not there, because its file was truncated or the kernel has no page for it,
 * the JVM goes on as if nothing had happened (a load gives anything) and throws an {@link InternalError} later, out of whatever
 * the thread does by then. {@link #surface} is where it is thrown at the latest.
 */
public final class MappingFaults {
    /** From here on a thread that comes back from native code looks whether there is an error to throw. */
    private static final int FIRST_TO_LOOK = 25;

    private static final boolean NATIVE_CALL_LOOKS = Runtime.version().feature() >= FIRST_TO_LOOK;

    /**
     * Older ones look only on the way from the VM into Java. Reflection goes through the VM for ever if the method is one of a hidden
     * class, such as that of a lambda: code for the call cannot be generated, as it could not name the class.
     */
    private static final Runnable NOTHING = () -> {};

    private static final Method CALL_FROM_VM;

    static {
        try {
            CALL_FROM_VM = NOTHING.getClass().getMethod("run");
            CALL_FROM_VM.setAccessible(true);
        } catch (NoSuchMethodException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private MappingFaults() {}

    /**
     * Returns only if all of this thread's accesses to mappings have succeeded so far, but for those whose error has been thrown
     * already. Allocates nothing then. Takes about 12 ns with Java 25, and 120 ns with older ones; who asks all the time has a {@link FaultWatch}.
     *
     * @throws InternalError if one failed
     */
    public static void surface() {
        if (NATIVE_CALL_LOOKS) {
            Kernel.HOT.getpagesize();
        } else {
            callFromVm();
        }
    }

    private static void callFromVm() {
        try {
            CALL_FROM_VM.invoke(NOTHING, (Object[]) null);
        } catch (InvocationTargetException e) {
            throw (InternalError) e.getCause();
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
