// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import static io.hotbay.vhostuser.internal.testing.FrontEnd.longs;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.linux.UnixConnection;
import io.hotbay.vhostuser.internal.ring.Patience;
import io.hotbay.vhostuser.internal.testing.FrontEnd;
import io.hotbay.vhostuser.internal.testing.GuestMemoryFile;
import io.hotbay.vhostuser.internal.testing.GuestRing;
import io.hotbay.vhostuser.internal.testing.RecordingLogger;
import io.hotbay.vhostuser.internal.testing.SessionBench;
import io.hotbay.vhostuser.internal.testing.TestDevice;
import io.hotbay.vhostuser.internal.testing.TestReactors;
import io.hotbay.vhostuser.internal.testing.TestVirtqueues;
import io.hotbay.vhostuser.internal.wire.MessageType;
import io.hotbay.virtio.DeviceContext;
import io.hotbay.virtio.VirtioDevice;
import io.hotbay.virtio.VirtioDeviceType;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A controller with all it needs, made for tests: services, guest memory, a directory for its socket. */
final class ControllerBench implements AutoCloseable {
    static final String PID = "io.hotbay.bdev.malloc~Malloc0";

    /** For tests in which a wait is given up. */
    static final Duration SHORT = Duration.ofMillis(400);
    /** For all others: however busy the machine is, no wait that ends is given up. */
    private static final Duration LONG = Duration.ofMinutes(10);

    private static final AtomicInteger MEMORIES = new AtomicInteger();

    final RecordingLogger log = new RecordingLogger();
    final TestReactors reactors = new TestReactors();
    final TestVirtqueues virtqueues = new TestVirtqueues();
    final BlockDevice bdev = new TestBdev();
    final VirtioDeviceType type = this::device;
    /** Of its own for each test: some of them leave a mapping behind, as they should. */
    final String memoryName = "exported-" + MEMORIES.incrementAndGet();

    final GuestMemoryFile memory;
    ExportedDevice exported;

    /** The device that is made next, or null for a new one each time. */
    volatile TestDevice device = new TestDevice(2);
    /** Why no device can be made, or null. */
    volatile String failure;
    /** All devices that were made, and the bdevs they stand on. */
    final List<TestDevice> devices = new CopyOnWriteArrayList<>();

    final List<BlockDevice> bdevs = new CopyOnWriteArrayList<>();

    /** After how long a wait is logged. */
    Duration complain = SHORT;
    /** After how long it is given up. */
    Duration limit = LONG;

    final AtomicLong clock = new AtomicLong(-5);
    final TestAlarm alarm = new TestAlarm(clock);

    private final Path directory;

    ControllerBench(Path directory) throws IOException {
        this.directory = directory;
        memory = new GuestMemoryFile(memoryName, 0x10000, 0x10000);
        export(settings(Map.of()));
    }

    /** Its configuration space begins with the number of blocks. */
    private VirtioDevice device(DeviceContext context) throws IOException {
        if (failure != null) {
            throw new IOException(failure);
        }
        TestDevice made = device;
        if (made == null) {
            made = new TestDevice(2);
            made.config(0, (int) context.bdevs().get(0).blocks());
        }
        devices.add(made);
        bdevs.add(context.bdevs().get(0));
        return made;
    }

    ControllerSettings settings(Map<String, Object> options) {
        return settings("vhostblk0", "sockets", "0600", "", options);
    }

    ControllerSettings settings(String name, String folder, String mode, String cores, Map<String, Object> options) {
        return new ControllerSettings(
                name, "blk", "Malloc0", directory.resolve(folder).toString(), mode, "", "", cores, options);
    }

    void export(ControllerSettings settings) {
        exported = new ExportedDevice(
                settings, new Patience(complain, limit, log.logger()), clock::get, alarm, log.logger());
    }

    Path socket() {
        return directory.resolve("sockets/vhostblk0");
    }

    ControllerServices allServices() {
        return new ControllerServices(BdevLink.to(bdev, PID), type, reactors, virtqueues);
    }

    void openWithAll() {
        exported.open(null);
        exported.change(services -> allServices());
    }

    /** A controller of some options that listens. */
    void openWith(Map<String, Object> options) {
        export(settings(options));
        openWithAll();
    }

    /** The bdev's service comes. */
    void bindBdev() {
        exported.change(services -> services.withBdev(BdevLink.to(bdev, PID)));
    }

    /** The bdev's service leaves. */
    void unbindBdev() {
        exported.change(services -> services.withBdev(services.bdev().without(bdev)));
    }

    FrontEnd connect() throws IOException {
        return new FrontEnd(UnixConnection.connect(socket()));
    }

    /** Brings a ring up as most front-ends do. */
    void start(FrontEnd frontEnd, GuestRing ring, int base) throws IOException {
        start(frontEnd, memory, ring, base);
    }

    /** The same for a front-end with a memory of its own. */
    void start(FrontEnd frontEnd, GuestMemoryFile file, GuestRing ring, int base) throws IOException {
        frontEnd.tell(MessageType.SET_FEATURES, longs(SessionBench.FEATURES));
        frontEnd.tell(MessageType.SET_MEM_TABLE, GuestMemoryFile.table(file), file.file());
        ring.start(frontEnd, base);
        frontEnd.synchronise();
    }

    int inFlight() {
        return exported.status().sessions().get(0).queues().get(0).inFlight();
    }

    int sessions() {
        return exported.status().sessions().size();
    }

    /** Threads of the controller that are alive. */
    static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("hotbay-vhost-vhostblk0"))
                .count();
    }

    @Override
    public void close() throws InterruptedException {
        if (device != null) {
            device.hold(false);
        }
        devices.forEach(each -> each.hold(false));
        exported.close();
        reactors.close();
        memory.close();
    }
}
