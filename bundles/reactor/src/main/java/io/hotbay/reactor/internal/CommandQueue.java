// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Commands on their way to a reactor, first in first out. Any thread may add and any thread may take all of them; to see that
 * there are none costs one plain load.
 */
final class CommandQueue {
    private static final VarHandle NEWEST;

    static {
        try {
            NEWEST = MethodHandles.lookup().findVarHandle(CommandQueue.class, "newest", Command.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The last command added; each links to the one before it. */
    private volatile Command<?> newest;

    void add(Command<?> command) {
        Command<?> before;
        do {
            before = newest;
            command.next = before;
        } while (!NEWEST.compareAndSet(this, before, command));
    }

    /** A hint for the poll loop, which asks again in the next round: opaque, so it orders nothing. */
    boolean looksEmpty() {
        return NEWEST.getOpaque(this) == null;
    }

    /** Volatile: together with {@link Doorbell#lieDown} no command is overlooked before the reactor sleeps. */
    boolean isEmpty() {
        return newest == null;
    }

    /** Takes all commands: the oldest one, linked to the younger ones by {@link Command#next}; null when there are none. */
    Command<?> takeAll() {
        Command<?> command = (Command<?>) NEWEST.getAndSet(this, null);
        Command<?> oldest = null;
        while (command != null) {
            Command<?> before = command.next;
            command.next = oldest;
            oldest = command;
            command = before;
        }
        return oldest;
    }
}
