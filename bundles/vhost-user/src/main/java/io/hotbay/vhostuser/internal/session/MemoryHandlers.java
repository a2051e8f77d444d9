// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import io.hotbay.linux.LinuxException;
import io.hotbay.vhostuser.internal.memory.GuestMemoryTable;
import io.hotbay.vhostuser.internal.memory.MemorySnapshot;
import io.hotbay.vhostuser.internal.ring.Ring;
import io.hotbay.vhostuser.internal.wire.MemoryTable;
import io.hotbay.vhostuser.internal.wire.Message;
import io.hotbay.vhostuser.internal.wire.MessageRefusedException;
import io.hotbay.vhostuser.internal.wire.MessageType;
import io.hotbay.vhostuser.internal.wire.Reply;
import io.hotbay.vhostuser.internal.wire.Transcript;
import java.util.Map;

/** Messages about the front-end's memory. */
final class MemoryHandlers {
    private final Session session;
    private final GuestMemoryTable table;
    private boolean shrinkingTold;

    MemoryHandlers(Session session, long limit) {
        this.session = session;
        table = new GuestMemoryTable(limit);
    }

    void register(Map<MessageType, MessageHandler> handlers) {
        handlers.put(MessageType.SET_MEM_TABLE, this::setTable);
        handlers.put(MessageType.GET_MAX_MEM_SLOTS, (message, reply) -> reply.u64(GuestMemoryTable.SLOTS));
        handlers.put(MessageType.ADD_MEM_REG, this::add);
        handlers.put(MessageType.REM_MEM_REG, this::remove);
    }

    /** The memory as it is. Any thread. */
    MemorySnapshot current() {
        return table.current();
    }

    private void setTable(Message message, Reply reply) throws MessageRefusedException {
        swap(table.replace(MemoryTable.read(message.payload()), message.takeDescriptors()));
    }

    private void add(Message message, Reply reply) throws MessageRefusedException {
        swap(table.add(MemoryTable.readSingle(message.payload()), message.takeDescriptor()));
    }

    private void remove(Message message, Reply reply) throws MessageRefusedException {
        swap(table.remove(MemoryTable.readSingle(message.payload())));
    }

    private void swap(MemorySnapshot next) {
        if (next == table.current()) {
            return;
        }
        session.stopRings();
        table.swap(next);
        session.rings().forEach(Ring::settingsChanged);
        if (!shrinkingTold && table.canShrink()) {
            shrinkingTold = true;
            session.logger()
                    .info(
                            "{}: memory cannot be sealed against shrinking; if the front-end truncates it, its rings break",
                            session.name());
        }
    }

    void record(Transcript transcript) throws LinuxException {
        table.record(transcript);
    }

    /** Unmaps everything; no ring is running. */
    void close() {
        table.clear();
    }
}
