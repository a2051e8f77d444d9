// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.nio.ByteBuffer;

/**
 * A ring as a queue of requests needs it, be it split or packed: chains go in under an id of their own, and come back by
 * that id, each exactly once. For one thread at a time.
 */
public sealed interface DriverRing permits SplitDriverRing, PackedDriverRing {
    /** Where the ring lies. */
    RingLayout layout();

    /** Number of descriptors, and of ids, which are smaller than it. */
    default int size() {
        return layout().size();
    }

    /** Number of free descriptors. */
    int free();

    /** The id that the next chain will have. */
    int nextId();

    /** Writes a chain; the device sees it after {@link #publish}. Returns its id. */
    int add(DescriptorChain chain);

    /** The same by way of an indirect table in guest memory. */
    int addIndirect(DescriptorChain chain, ByteBuffer table, long tableAddress);

    /** Lets the device see what was added. */
    void publish();

    /** Whether the device wants to be notified of what was published since the last call. */
    boolean kickWanted();

    /** Notifies the device. */
    void kick();

    /** Whether {@link #take} has something to take. */
    boolean hasUsed();

    /**
     * Takes a chain that the device has returned; its id is free then.
     *
     * @return its id, or -1 if there is none
     * @throws ProtocolViolationException if the device returned what it does not have
     */
    int take() throws ProtocolViolationException;

    /** How many bytes the device says it has written to the chain taken last. */
    int usedLength();

    /** Whether the device has a chain with this id. */
    boolean isInFlight(int id);

    /**
     * Asks to be notified of the next returned chain.
     *
     * @return false if there is one already, which may come without a notification
     */
    boolean askForNotification();

    /** Asks not to be notified. */
    void askForSilence();

    /** Where a device that has taken and returned everything stands, as GET_VRING_BASE has it. */
    int position();

    /**
     * Where a device starts that lost all it knew: at the used index, which a split ring has in its memory; null for a packed
     * ring, which does not.
     */
    Integer positionInMemory();

    /** The base of an empty ring. */
    int firstPosition();

    /** Empties the ring, as after a reset of the device. */
    void reset();
}
