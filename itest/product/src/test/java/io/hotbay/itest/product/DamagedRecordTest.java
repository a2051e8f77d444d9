// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.frontend.BlockQueue;
import io.hotbay.frontend.BlockRequestType;
import io.hotbay.frontend.DeviceFeatures;
import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendQueue;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.InflightRegion;
import io.hotbay.frontend.MortalDevice;
import io.hotbay.frontend.PackedInflightRecord;
import io.hotbay.frontend.ProtocolViolationException;
import io.hotbay.frontend.RequestRefusedException;
import io.hotbay.frontend.SectorPattern;
import io.hotbay.frontend.SessionOptions;
import io.hotbay.frontend.SplitInflightRecord;
import io.hotbay.linux.Descriptor;
import io.hotbay.linux.Mapping;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * In-flight regions that a front-end has damaged before it hands them over: the ring breaks or the message is refused, with the
 * reason, nothing is executed, and neither the disk nor another one is any the worse for it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DamagedRecordTest {
    private static final int RING = 32;
    private static final int BLOCK = 4096;
    private static final int SECTORS = BLOCK / 512;
    private static final int REQUESTS = 6;
    private static final int TAKEN = 5;
    /** What the dead device has answered, by the order of takes; the third and the fifth request stay in flight. */
    private static final int[][] ANSWERED = {{1, 3}, {0}};

    private static final int PUBLISHED = 3;
    private static final long PATIENCE_MILLIS = 20_000;
    private static final int RANDOM_DAMAGES = 60;

    /** First entries of what is in flight in a packed ring's record, of three entries each. */
    private static final int CHAIN = 6;

    private static final int OTHER_CHAIN = 12;
    private static final int LAST_OF_CHAIN = CHAIN + 2;

    // Layout of a split ring's record.
    private static final int SPLIT_ENTRY = 16;
    // Layout of a packed ring's record.
    private static final int PACKED_HEADER = 32;
    private static final int PACKED_ENTRY = 32;
    private static final int ID = 16;
    private static final int USED_WRAP = 20;
    private static final int OLD_USED_WRAP = 21;

    private Product product;
    private FrontendSession steady;
    private int rounds;

    @BeforeAll
    void startProduct() throws Exception {
        product = new Product().start();
        product.execute(
                "bdev:create malloc Split size=1MiB block_size=4096; vhost:create-blk split Split num_queues=1",
                "bdev:create malloc Packed size=1MiB block_size=4096",
                "vhost:create-blk packed Packed num_queues=1 packed_ring=true",
                "bdev:create malloc Steady size=1MiB block_size=4096; vhost:create-blk steady Steady num_queues=1");
        steady = FrontendProfile.CLOUD_HYPERVISOR.open(product.socket("steady"));
    }

    @AfterAll
    void stopProduct() throws IOException {
        steady.close();
        product.close();
    }

    @AfterEach
    void checkThatAllDisksWork() throws IOException {
        assertThat(product.process().isAlive()).as(product.log()).isTrue();
        use(steady);
        for (String disk : List.of("split", "packed")) {
            try (FrontendSession session = FrontendProfile.QEMU_10.open(product.socket(disk), options(disk))) {
                use(session);
                session.stop();
            }
        }
    }

    private void use(FrontendSession session) throws IOException {
        byte[] content = SectorPattern.of(8, BLOCK, ++rounds);
        assertThat(session.driver(0).write(8, content).isOk()).isTrue();
        assertThat(session.driver(0).read(8, BLOCK).data()).isEqualTo(content);
    }

    private static SessionOptions options(String disk) {
        SessionOptions options = SessionOptions.DEFAULT.withQueueSize(RING).without(DeviceFeatures.INDIRECT_DESC);
        return disk.equals("packed") ? options.withPackedRings() : options;
    }

    // ---- what is damaged

    private record Damage(String what, Consumer<ByteBuffer> how, String reason) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Damage split(String what, Consumer<SplitInflightRecord> how, String reason) {
        return new Damage(what, bytes -> how.accept(new SplitInflightRecord(bytes)), reason);
    }

    private static Damage packed(String what, Consumer<PackedInflightRecord> how, String reason) {
        return new Damage(what, bytes -> how.accept(new PackedInflightRecord(bytes)), reason);
    }

    private static Damage version(int version) {
        return new Damage(
                "version " + version,
                bytes -> bytes.putShort(8, (short) version),
                "its version is " + version + ", known is 1");
    }

    private static Damage entries(int count, String reason) {
        return new Damage(count + " entries", bytes -> bytes.putShort(10, (short) count), reason);
    }

    private static Damage mark(int at) {
        return new Damage("mark of entry 5", bytes -> bytes.put(at, (byte) 2), "entry 5 has the mark 2");
    }

    private static void lastBatch(SplitInflightRecord record, int length, int first, int next) {
        record.usedIndex(record.usedIndex() - length);
        record.lastBatchHead(first);
        record.next(CHAIN, next);
    }

    static Stream<Damage> damagesOfSplitRings() {
        return Stream.of(
                version(2),
                version(65535),
                entries(RING - 1, "it has 31 entries for a ring of 32"),
                entries(65535, "it has 65535 entries, but room for"),
                mark(16 + 5 * SPLIT_ENTRY),
                split(
                        "used index far behind",
                        record -> record.usedIndex(record.usedIndex() - RING - 1),
                        "the used ring is 33 ahead of it"),
                split(
                        "last batch outside",
                        record -> lastBatch(record, 2, RING, 0),
                        "its last batch begins at entry 32 of 32"),
                split(
                        "last batch that leaves",
                        record -> lastBatch(record, 2, CHAIN, 65535),
                        "its last batch goes on at entry 65535"),
                split(
                        "last batch that is a loop",
                        record -> lastBatch(record, 2, CHAIN, CHAIN),
                        "its last batch has entry 6 twice"),
                split(
                        "everything in flight",
                        record -> {
                            for (int head = 0; head < RING; head++) {
                                record.inflight(head, true);
                            }
                        },
                        "32 requests are in flight, but 3 were made available"));
    }

    static Stream<Damage> damagesOfPackedRings() {
        return Stream.of(
                version(2),
                version(65535),
                entries(RING - 1, "it has 31 entries for a ring of 32"),
                entries(65535, "it has 65535 entries, but room for"),
                mark(PACKED_HEADER + 5 * PACKED_ENTRY),
                packed("used slot", record -> record.usedSlot(RING), "its used position is slot 32"),
                packed("old used slot", record -> record.oldUsedSlot(RING), "its old used position is slot 32"),
                new Damage(
                        "wrap counter",
                        bytes -> bytes.put(USED_WRAP, (byte) 2),
                        "its used position has the wrap counter 2"),
                new Damage(
                        "old wrap counter",
                        bytes -> bytes.put(OLD_USED_WRAP, (byte) 2),
                        "its old used position has the wrap counter 2"),
                packed("free list outside", record -> record.oldFreeHead(40), "its free list has entry 40 of 32"),
                packed(
                        "free list that leaves",
                        record -> record.next(record.oldFreeHead(), 65535),
                        "its free list has entry 65535 of 32"),
                packed(
                        "free list that is a loop",
                        record -> record.next(record.oldFreeHead(), record.oldFreeHead()),
                        " twice"),
                packed("chain without entries", record -> record.count(CHAIN, 0), "chain 6 has no entries"),
                packed("chain too long", record -> record.count(CHAIN, 4), "chain 6 goes on at entry"),
                packed("chain too short", record -> record.count(CHAIN, 2), "chain 6 ends at entry 7, not 8"),
                packed(
                        "chain that leaves",
                        record -> record.next(CHAIN, 65535),
                        "chain 6 goes on at entry 65535 of 32"),
                packed(
                        "chain that is a loop",
                        record -> record.next(CHAIN, CHAIN),
                        "chain 6 goes on at entry 6, which is not its own"),
                packed("last of a chain", record -> record.last(CHAIN, 3), "chain 6 ends at entry 8, not 3"),
                packed("chain that nobody has", record -> record.inflight(CHAIN, false), "neither free nor in flight"),
                new Damage("buffer id", bytes -> id(bytes, LAST_OF_CHAIN, 77), "the buffer id 77 in a ring of 32"),
                new Damage(
                        "buffer id of two",
                        bytes -> id(bytes, LAST_OF_CHAIN, new PackedInflightRecord(bytes).id(OTHER_CHAIN + 2)),
                        "two chains have the buffer id"));
    }

    private static void id(ByteBuffer bytes, int entry, int id) {
        bytes.putShort(PACKED_HEADER + entry * PACKED_ENTRY + ID, (short) id);
    }

    // ---- rings

    @ParameterizedTest
    @MethodSource("damagesOfSplitRings")
    void shouldBreakASplitRing(Damage damage) throws Exception {
        breakRing("split", damage);
    }

    @ParameterizedTest
    @MethodSource("damagesOfPackedRings")
    void shouldBreakAPackedRing(Damage damage) throws Exception {
        breakRing("packed", damage);
    }

    private void breakRing(String disk, Damage damage) throws Exception {
        try (FrontendSession session = FrontendProfile.QEMU_10.connect(product.socket(disk), options(disk))) {
            FrontendQueue queue = leaveRequestsInFlight(session, damage.how());
            AwaitedLine reason = new AwaitedLine(
                    disk + " session \\d+ ring 0 is broken: queue 0: in-flight region: ", damage.reason());
            session.start();
            awaitError(queue, damage);
            reason.await();
            BlockQueue blocks = queue.blocks();
            for (int i = 0; i < PUBLISHED; i++) {
                assertThat(blocks.status(blocks.await())).isEqualTo(BlockQueue.NO_STATUS);
            }
            assertThat(blocks.staysIdle(1)).as("nothing else is answered").isTrue();
        }
    }

    /** A line of the log that comes behind those there are; the log is written by a thread of its own. */
    private final class AwaitedLine {
        private final Pattern line;
        private final long known;

        AwaitedLine(String what, String reason) throws IOException {
            line = Pattern.compile(what + ".*" + Pattern.quote(reason));
            known = count();
        }

        private long count() throws IOException {
            return line.matcher(product.log()).results().count();
        }

        void await() throws IOException, InterruptedException {
            Product.await(line.pattern(), () -> count() > known, product::log);
        }
    }

    /** Leaves ring and record as a back-end does that was killed between two requests, and damages the record. */
    private static FrontendQueue leaveRequestsInFlight(FrontendSession session, Consumer<ByteBuffer> damage)
            throws IOException {
        boolean packed = session.options().packed();
        session.makeQueues();
        FrontendQueue queue = session.queues().get(0);
        int bytes = packed ? PackedInflightRecord.bytes(RING) : SplitInflightRecord.bytes(RING);
        InflightRegion region = InflightRegion.create(1, RING, bytes);
        session.keepInflight(region);
        long data = session.memory().allocate((long) BLOCK * REQUESTS, BLOCK);
        try (Mapping record = region.map()) {
            MortalDevice device = MortalDevice.of(queue, record);
            for (int i = 0; i < REQUESTS; i++) {
                queue.blocks().submit(BlockRequestType.OUT, (long) SECTORS * i, data + (long) BLOCK * i, BLOCK);
            }
            queue.blocks().flush();
            assertThat(device.live(TAKEN, ANSWERED)).isTrue();
            damage.accept(record.window(0, bytes));
        }
        queue.guessBase();
        queue.setError(session.connection());
        return queue;
    }

    private void awaitError(FrontendQueue queue, Object what) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
        while (queue.errorEvent().drain() == 0) {
            assertThat(System.nanoTime())
                    .as("%s: the ring does not break: %s", what, product.log())
                    .isLessThan(deadline);
            Thread.sleep(1);
        }
    }

    /** Most of it goes unnoticed, some of it has the target answer what is not in flight, none of it does more. */
    @ParameterizedTest
    @ValueSource(strings = {"split", "packed"})
    void shouldOutliveRandomDamage(String disk) throws IOException {
        Random random = new Random(11);
        for (int i = 0; i < RANDOM_DAMAGES; i++) {
            try (FrontendSession session = FrontendProfile.QEMU_10.connect(product.socket(disk), options(disk))) {
                FrontendQueue queue = leaveRequestsInFlight(session, bytes -> damageAnything(bytes, random));
                session.start();
                reapAll(queue.blocks());
            }
            use(steady);
        }
    }

    private static void damageAnything(ByteBuffer bytes, Random random) {
        for (int left = 1 + random.nextInt(3); left > 0; left--) {
            int limit = random.nextBoolean() ? PACKED_HEADER : bytes.capacity();
            bytes.put(8 + random.nextInt(limit - 8), (byte)
                    (random.nextBoolean() ? random.nextInt(3) : random.nextInt()));
        }
    }

    private static void reapAll(BlockQueue blocks) throws IOException {
        try {
            while (!blocks.staysIdle(2)) {
                blocks.reap();
            }
        } catch (ProtocolViolationException foreignHead) {
            // The record said that it was in flight.
            return;
        }
    }

    // ---- the region's file

    @ParameterizedTest
    @ValueSource(strings = {"split", "packed"})
    void shouldRefuseARegionThatIsSmallerThanItIsSaidToBe(String disk) throws Exception {
        refuse(disk, region -> region.descriptor().truncate(region.size() - 1), 0, "fewer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"split", "packed"})
    void shouldRefuseARegionThatIsSmallerThanItsRings(String disk) throws Exception {
        refuse(disk, region -> {}, -64, "bytes, it has");
    }

    private interface FileDamage {
        void to(InflightRegion region) throws IOException;
    }

    private void refuse(String disk, FileDamage damage, int more, String reason) throws Exception {
        try (FrontendSession session = FrontendProfile.QEMU_10.connect(product.socket(disk), options(disk))) {
            leaveRequestsInFlight(session, bytes -> {});
            InflightRegion kept = session.inflight();
            damage.to(kept);
            session.connection().needReplyFor(request -> true);
            session.connection().setFeatures(session.features());
            InflightRegion described = new InflightRegion(
                    kept.descriptor(), kept.size() + more, kept.offset(), kept.queues(), kept.queueSize());
            AwaitedLine refusal =
                    new AwaitedLine("refused SET_INFLIGHT_FD: in-flight region for 1 queues of 32", reason);
            assertThatThrownBy(() -> session.connection().setInflightFd(described))
                    .isInstanceOf(RequestRefusedException.class);
            refusal.await();
            session.connection().getFeatures();
        }
    }

    @Test
    void shouldBreakARingWhoseRegionIsTruncatedWhileItRuns() throws Exception {
        try (FrontendSession session = FrontendProfile.QEMU_10.connect(product.socket("split"), options("split"))) {
            FrontendQueue queue = leaveRequestsInFlight(session, bytes -> {});
            Descriptor file = session.inflight().descriptor();
            file.addSeals(Descriptor.F_SEAL_SEAL);
            session.start();
            for (int i = 0; i < REQUESTS; i++) {
                queue.blocks().await();
            }
            file.truncate(0);
            queue.blocks().submit(BlockRequestType.FLUSH, 0, 0, 0);
            queue.blocks().flush();
            awaitError(queue, "truncated region");
            assertThat(product.execute("vhost:show split")).contains("truncated");
        }
    }

    @Test
    void shouldSealARegionAgainstTruncation() throws IOException {
        try (FrontendSession session = FrontendProfile.QEMU_10.connect(product.socket("split"), options("split"))) {
            FrontendQueue queue = leaveRequestsInFlight(session, bytes -> {});
            session.start();
            assertThatThrownBy(() -> session.inflight().descriptor().truncate(0))
                    .isInstanceOf(IOException.class);
            for (int i = 0; i < REQUESTS; i++) {
                queue.blocks().await();
            }
        }
    }
}
