// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.nio.ByteBuffer;

/** A split ring with an account of its descriptors; a chain's id is its head. */
public final class SplitDriverRing implements DriverRing {
    private final SplitRingDriver ring;
    private final ChainTable chains;

    /** Makes one over a ring that nobody else adds chains to. */
    public SplitDriverRing(SplitRingDriver ring) {
        this.ring = ring;
        chains = new ChainTable(ring);
    }

    /** The ring below. */
    public SplitRingDriver driver() {
        return ring;
    }

    @Override
    public SplitRingLayout layout() {
        return ring.layout();
    }

    @Override
    public int free() {
        return chains.free();
    }

    @Override
    public int nextId() {
        return chains.nextHead();
    }

    @Override
    public int add(DescriptorChain chain) {
        int head = chains.add(chain);
        ring.offer(head);
        return head;
    }

    @Override
    public int addIndirect(DescriptorChain chain, ByteBuffer table, long tableAddress) {
        int head = chains.addIndirect(chain, table, tableAddress);
        ring.offer(head);
        return head;
    }

    @Override
    public void publish() {
        ring.publish();
    }

    @Override
    public boolean kickWanted() {
        return ring.kickWanted();
    }

    @Override
    public void kick() {
        ring.kick();
    }

    @Override
    public boolean hasUsed() {
        return ring.hasUsed();
    }

    @Override
    public int take() throws ProtocolViolationException {
        if (!ring.hasUsed()) {
            return -1;
        }
        if (ring.usedCount() > ring.size()) {
            throw new ProtocolViolationException(
                    "the used index is " + ring.usedCount() + " ahead, more than the ring of " + ring.size() + " has");
        }
        int head = ring.takeUsed();
        if (!chains.isInFlight(head)) {
            throw new ProtocolViolationException(
                    "the device returned head " + Integer.toUnsignedString(head) + ", which it does not have");
        }
        chains.release(head);
        return head;
    }

    @Override
    public int usedLength() {
        return ring.usedLength();
    }

    @Override
    public boolean isInFlight(int id) {
        return chains.isInFlight(id);
    }

    @Override
    public boolean askForNotification() {
        return ring.askForNotification();
    }

    @Override
    public void askForSilence() {
        ring.askForSilence();
    }

    @Override
    public int position() {
        return ring.availableIndex();
    }

    @Override
    public Integer positionInMemory() {
        return ring.publishedUsedIndex();
    }

    @Override
    public int firstPosition() {
        return 0;
    }

    @Override
    public void reset() {
        ring.reset();
        chains.clear();
    }
}
