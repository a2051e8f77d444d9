// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import io.hotbay.memory.GuestMemory;
import io.hotbay.virtio.DeviceContext;
import io.hotbay.virtio.DeviceQueue;
import io.hotbay.virtio.VirtioDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The driver's side: builds chains in guest memory, makes them available, looks at what came back. */
class BlkDriver {
    /** What the status byte is before the device writes it. */
    static final int UNTOUCHED = 0xff;

    final FakeBdev bdev;
    final FakeVirtqueue ring;
    final VirtioDevice device;
    DeviceQueue queue;
    /** What the clock shows. */
    long nanos = Long.MAX_VALUE - 1_000_000_000;

    final Throttle throttle;

    private int nextHead;
    private int nextByte;

    BlkDriver(FakeBdev bdev) throws IOException {
        this(bdev, Map.of());
    }

    BlkDriver(FakeBdev bdev, Map<String, Object> options) throws IOException {
        this(bdev, options, new FakeVirtqueue());
    }

    BlkDriver(FakeBdev bdev, Map<String, Object> options, FakeVirtqueue ring) throws IOException {
        this(bdev, options, ring, new Throttle());
    }

    BlkDriver(FakeBdev bdev, Map<String, Object> options, FakeVirtqueue ring, Throttle throttle) throws IOException {
        this.throttle = throttle;
        this.bdev = bdev;
        this.ring = ring;
        device = new BlkDevice(
                bdev, BlkOptions.of(new DeviceContext("vhostblk0", List.of(bdev), options)), throttle, this::now);
    }

    /** What the device's clock shows. */
    long now() {
        return nanos;
    }

    /** Accepts everything the device offers and starts its queue. */
    BlkDriver start() throws IOException {
        return start(device.features());
    }

    BlkDriver start(long features) throws IOException {
        queue = device.start(ring, features);
        return this;
    }

    /** A chain under construction; its parts go to alternating regions, with gaps between them. */
    final class Chain {
        private final List<Long> handles = new ArrayList<>();
        private final List<Integer> lengths = new ArrayList<>();
        private int readable;
        private int head;

        Chain header(int type, long sector) {
            return readable(headerBytes(type, sector));
        }

        Chain readable(byte[] bytes) {
            long handle = allocate(bytes.length);
            ring.memory.window(GuestMemory.windowOf(handle)).put(GuestMemory.offsetOf(handle), bytes);
            return add(handle, bytes.length, true);
        }

        /** A segment for each byte. */
        Chain readableBytewise(byte[] bytes) {
            for (byte single : bytes) {
                readable(new byte[] {single});
            }
            return this;
        }

        Chain writable(int length) {
            long handle = allocate(length);
            ByteBuffer window = ring.memory.window(GuestMemory.windowOf(handle));
            for (int i = 0; i < length; i++) {
                window.put(GuestMemory.offsetOf(handle) + i, (byte) UNTOUCHED);
            }
            return add(handle, length, false);
        }

        Chain status() {
            return writable(1);
        }

        Chain readableOutside(int length) {
            return add(GuestMemory.NONE, length, true);
        }

        Chain writableOutside(int length) {
            return add(GuestMemory.NONE, length, false);
        }

        /** A segment that is only a figure: nothing may be copied to or from it. */
        Chain hugeWritable(int length) {
            return add(GuestMemory.handle(0, 0), length, false);
        }

        private Chain add(long handle, int length, boolean isReadable) {
            handles.add(handle);
            lengths.add(length);
            readable += isReadable ? 1 : 0;
            return this;
        }

        Chain offer() {
            head = nextHead++ % FakeVirtqueue.SIZE;
            ring.offer(
                    head,
                    handles.stream().mapToLong(Long::longValue).toArray(),
                    lengths.stream().mapToInt(Integer::intValue).toArray(),
                    readable);
            return this;
        }

        /** Makes it available, lets the device work once, and returns the status. */
        int send() {
            offer();
            queue.poll();
            return statusByte();
        }

        boolean isUsed() {
            return used() != FakeVirtqueue.NOT_USED;
        }

        int used() {
            return ring.used[head];
        }

        int statusByte() {
            long handle = handles.get(handles.size() - 1);
            int offset = GuestMemory.offsetOf(handle) + lengths.get(lengths.size() - 1) - 1;
            return ring.memory.window(GuestMemory.windowOf(handle)).get(offset) & 0xff;
        }

        /** All writable bytes, the status included. */
        private byte[] written() {
            ByteBuffer all = ByteBuffer.allocate(
                    lengths.stream().skip(readable).mapToInt(Integer::intValue).sum());
            for (int i = readable; i < handles.size(); i++) {
                long handle = handles.get(i);
                byte[] part = new byte[lengths.get(i)];
                ring.memory.window(GuestMemory.windowOf(handle)).get(GuestMemory.offsetOf(handle), part);
                all.put(part);
            }
            return all.array();
        }

        /** All writable bytes but the status. */
        byte[] data() {
            byte[] all = written();
            return Arrays.copyOf(all, all.length - 1);
        }
    }

    Chain chain() {
        return new Chain();
    }

    Chain in(long sector, int length) {
        return chain().header(BlkRequest.IN, sector).writable(length).status();
    }

    Chain out(long sector, byte[] data) {
        return chain().header(BlkRequest.OUT, sector).readable(data).status();
    }

    Chain flush() {
        return chain().header(BlkRequest.FLUSH, 0).status();
    }

    Chain range(int type, byte[] segments) {
        return chain().header(type, 0).readable(segments).status();
    }

    private long allocate(int length) {
        int place = nextByte;
        nextByte += length + 3;
        return GuestMemory.handle(nextByte & 1, place);
    }

    static byte[] headerBytes(int type, long sector) {
        return ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(type)
                .putInt(0x5a5a5a5a)
                .putLong(sector)
                .array();
    }

    static byte[] rangeBytes(long sector, int sectors, int flags) {
        return ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(sector)
                .putInt(sectors)
                .putInt(flags)
                .array();
    }

    static byte[] pattern(int length, int seed) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + (i >> 8) + seed);
        }
        return bytes;
    }
}
