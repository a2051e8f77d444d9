// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevuring.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.linux.Epoll;
import io.hotbay.memory.GuestMemory;
import io.hotbay.memory.MemoryRegion;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.service.log.Logger;

/** A device, a channel into it, and guest memory in two windows. Opened and used on one thread. */
final class UringDisk implements AutoCloseable {
    static final int GUEST_SIZE = 4 << 20;

    private static final int LOOK_MILLIS = 1000;

    final BlockRequests requests = new BlockRequests(64);
    /** What has been logged as an error, with its arguments. */
    final List<String> errors = new CopyOnWriteArrayList<>();

    final UringDevice device;
    final BlockChannel channel;
    private final ByteBuffer low = memory();
    private final ByteBuffer high = memory();

    record Settings(
            String hotbay_bdev_name,
            String filename,
            String size,
            boolean create,
            boolean direct,
            int block__size,
            int physical__block__size,
            String uuid,
            boolean readonly)
            implements UringDevice.Config {
        static Settings of(Path file) {
            return new Settings("Uring0", file.toString(), "", false, false, 0, 0, "", false);
        }

        Settings size(String text) {
            return new Settings(hotbay_bdev_name, filename, text, create, direct, block__size, 0, "", readonly);
        }

        Settings create(String text) {
            return new Settings(hotbay_bdev_name, filename, text, true, direct, block__size, 0, "", readonly);
        }

        Settings direct(boolean on) {
            return new Settings(hotbay_bdev_name, filename, size, create, on, block__size, 0, "", readonly);
        }

        Settings blockSize(int bytes) {
            return new Settings(hotbay_bdev_name, filename, size, create, direct, bytes, 0, "", readonly);
        }

        Settings readOnly() {
            return new Settings(hotbay_bdev_name, filename, size, create, direct, block__size, 0, "", true);
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return UringDevice.Config.class;
        }
    }

    UringDisk(Settings settings) throws IOException {
        device = new UringDevice(settings, logger());
        try {
            channel = device.open(requests);
        } catch (IOException e) {
            device.deactivate();
            throw e;
        }
        requests.memory(GuestMemory.of(List.of(
                MemoryRegion.of(0, 0, GUEST_SIZE, (offset, length) -> low.duplicate()),
                MemoryRegion.of(1L << 32, 1L << 32, GUEST_SIZE, (offset, length) -> high.duplicate()))));
    }

    private static ByteBuffer memory() {
        return ByteBuffer.allocateDirect(GUEST_SIZE + 4096).alignedSlice(4096).slice(0, GUEST_SIZE);
    }

    private Logger logger() {
        return (Logger) Proxy.newProxyInstance(
                Logger.class.getClassLoader(), new Class<?>[] {Logger.class}, (self, method, arguments) -> {
                    if (method.getName().equals("error")) {
                        errors.add(Arrays.deepToString(arguments));
                    }
                    return null;
                });
    }

    /** Carries out one request and returns its status. */
    int run(int type, long offset, long length, long... handlesAndLengths) throws IOException {
        enqueue(7, type, 0, offset, length, handlesAndLengths);
        return submitAndAwait();
    }

    void enqueue(int slot, int type, int flags, long offset, long length, long... handlesAndLengths) {
        requests.prepare(slot, type, offset, length, flags);
        for (int i = 0; i < handlesAndLengths.length; i += 2) {
            requests.addSegment(slot, handlesAndLengths[i], (int) handlesAndLengths[i + 1]);
        }
        requests.enqueue(slot);
    }

    void submit() {
        channel.submit(requests);
        requests.clearPending();
    }

    /** Returns the status of the only request. */
    int submitAndAwait() throws IOException {
        submit();
        awaitAll();
        assertThat(requests.completed()).isEqualTo(1);
        int status = requests.status(requests.completedSlot(0));
        requests.clearCompleted();
        return status;
    }

    /** Sleeps as a reactor does until everything has completed. */
    void awaitAll() throws IOException {
        awaitAll(Duration.ofDays(1));
    }

    /** Sleeps until everything has completed, but not much longer than some time; returns whether it has. */
    boolean awaitAll(Duration limit) throws IOException {
        long start = System.nanoTime();
        try (Epoll epoll = Epoll.create()) {
            epoll.add(channel.wakeDescriptor(), Epoll.IN, 0);
            while (requests.inFlight() > 0 && System.nanoTime() - start < limit.toNanos()) {
                epoll.await(LOOK_MILLIS);
                channel.poll();
            }
        }
        return requests.inFlight() == 0;
    }

    static long low(int offset) {
        return GuestMemory.handle(0, offset);
    }

    static long high(int offset) {
        return GuestMemory.handle(1, offset);
    }

    void fill(int seed) {
        byte[] bytes = new byte[GUEST_SIZE];
        new Random(seed).nextBytes(bytes);
        low.put(0, bytes);
        new Random(seed + 1).nextBytes(bytes);
        high.put(0, bytes);
    }

    byte[] guest(long handle, int length) {
        byte[] bytes = new byte[length];
        (GuestMemory.windowOf(handle) == 0 ? low : high).get(GuestMemory.offsetOf(handle), bytes);
        return bytes;
    }

    @Override
    public void close() {
        channel.close();
        device.deactivate();
    }
}
