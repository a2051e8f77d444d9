// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import io.hotbay.vhostuser.internal.ring.RingEnvironment;
import io.hotbay.vhostuser.internal.wire.ConfigAccess;
import io.hotbay.vhostuser.internal.wire.Message;
import io.hotbay.vhostuser.internal.wire.MessageRefusedException;
import io.hotbay.vhostuser.internal.wire.MessageType;
import io.hotbay.vhostuser.internal.wire.Reply;
import io.hotbay.vhostuser.internal.wire.Transcript;
import io.hotbay.virtio.VirtioDevice;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Messages about the device's configuration space. */
final class ConfigHandlers {
    /** More places than any device has writable ones: what is written beyond is not remembered. */
    private static final int LARGEST_HISTORY = 64;

    private final Session session;
    /** What the driver has written, by offset: a device that takes the place of this one gets it too. */
    private final Map<Integer, byte[]> written = new LinkedHashMap<>();

    ConfigHandlers(Session session) {
        this.session = session;
    }

    void register(Map<MessageType, MessageHandler> handlers) {
        handlers.put(MessageType.GET_CONFIG, this::getConfig);
        handlers.put(MessageType.SET_CONFIG, this::setConfig);
    }

    /**
     * The answer is as long as the front-end expects: as its message, or as the size in it when it left the contents out.
     * Never shorter, because some front-ends would wait for the rest.
     */
    private void getConfig(Message message, Reply reply) {
        ConfigAccess access = ConfigAccess.read(message.payload());
        if (!access.isInside()) {
            // no payload is how the specification says that it went wrong
            return;
        }
        int needed = ConfigAccess.CONTENTS + access.size();
        ByteBuffer payload = reply.payload(Math.max(needed, message.payload().limit()));
        access.put(payload);
        ByteBuffer contents =
                payload.slice(ConfigAccess.CONTENTS, access.size()).order(ByteOrder.LITTLE_ENDIAN);
        RingEnvironment environment = session.slot().environment();
        if (environment != null) {
            environment.device().readConfig(access.deviceOffset(), contents);
        } else {
            session.facts().readConfig(access.deviceOffset(), contents);
        }
        session.configTold();
    }

    private void setConfig(Message message, Reply reply) throws MessageRefusedException {
        ConfigAccess access = ConfigAccess.read(message.payload());
        if (!access.isInside()
                || ConfigAccess.CONTENTS + access.size() > message.payload().limit()) {
            throw new MessageRefusedException("offset " + Integer.toUnsignedString(access.offset()) + " and size "
                    + Integer.toUnsignedString(access.size()) + " do not fit");
        }
        byte[] contents = new byte[access.size()];
        message.payload().get(ConfigAccess.CONTENTS, contents);
        if (written.size() < LARGEST_HISTORY || written.containsKey(access.deviceOffset())) {
            // last, so that it is repeated in the order it was written
            written.remove(access.deviceOffset());
            written.put(access.deviceOffset(), contents);
        }
        RingEnvironment environment = session.slot().environment();
        if (environment == null) {
            // no request is carried out before the device is back, and by then it has been written
            return;
        }
        CompletableFuture<Void> done = write(environment.device(), access.deviceOffset(), contents);
        if (!session.await(done, "SET_CONFIG") || done.isCompletedExceptionally()) {
            throw new MessageRefusedException("the device did not carry it out");
        }
        session.slot().configWritten();
    }

    /** What the driver has written, in its order. */
    Map<Integer, byte[]> written() {
        return written;
    }

    /** Brings the device to the state that another back-end had brought its own to. */
    void load(Map<Integer, byte[]> state) throws MessageRefusedException {
        written.clear();
        written.putAll(state);
        RingEnvironment environment = session.slot().environment();
        if (environment == null) {
            return;
        }
        for (Map.Entry<Integer, byte[]> each : state.entrySet()) {
            CompletableFuture<Void> done = write(environment.device(), each.getKey(), each.getValue());
            if (!session.await(done, "CHECK_DEVICE_STATE") || done.isCompletedExceptionally()) {
                throw new MessageRefusedException("the device did not take it");
            }
        }
        session.slot().configWritten();
    }

    private static CompletableFuture<Void> write(VirtioDevice device, int offset, byte[] contents) {
        return device.writeConfig(offset, ByteBuffer.wrap(contents).order(ByteOrder.LITTLE_ENDIAN));
    }

    /** Writes to a new device what the driver has written to the one before. */
    void repeatOn(VirtioDevice device) {
        written.forEach((offset, contents) -> session.await(write(device, offset, contents), "SET_CONFIG"));
    }

    void record(Transcript transcript) {
        written.forEach((offset, contents) ->
                transcript.add(MessageType.SET_CONFIG, ConfigAccess.CONTENTS + contents.length, payload -> {
                    new ConfigAccess(offset, contents.length, 0).put(payload);
                    payload.put(ConfigAccess.CONTENTS, contents);
                }));
    }

    /** The device is as new. */
    void forget() {
        written.clear();
    }
}
