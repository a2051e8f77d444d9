// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Proves the front-end right against a target that is not ours. */
@Timeout(60)
class StorageDaemonTest {
    private static final int CAPACITY = 8 << 20;

    /** What the result of a round takes, most of it a copy of the histogram. */
    private static final long BYTES_OF_A_SAMPLE = 9_000;

    @TempDir
    private static Path directory;

    private static StorageDaemon daemon;

    @BeforeAll
    static void startDaemon() throws IOException {
        assumeTrue(StorageDaemon.isInstalled(), "qemu-storage-daemon is not installed");
        daemon = StorageDaemon.start(
                directory,
                StorageDaemon.Disk.image(directory, "d512", CAPACITY, 2, 512),
                StorageDaemon.Disk.image(directory, "d4096", CAPACITY, 2, 4096),
                StorageDaemon.Disk.image(directory, "ro", CAPACITY, 1, 512).readOnly(),
                StorageDaemon.Disk.image(directory, "load", CAPACITY, 2, 512),
                StorageDaemon.Disk.nothing("null", CAPACITY, 1));
    }

    @AfterAll
    static void stopDaemon() {
        if (daemon != null) {
            daemon.close();
        }
    }

    private static Expectations disk(int blockSize, int queues) {
        return Expectations.of(CAPACITY, blockSize, queues)
                .withId(StorageDaemon.ID)
                .ofLibvhostUser();
    }

    /**
     * Two profiles are beyond this target: it refuses the 256 bytes of configuration that SPDK's initiator reads, and takes
     * no notice of the offset at which crosvm reads each field.
     */
    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"SPDK", "CROSVM"})
    void shouldLiveThroughEachProfile(FrontendProfile profile) throws IOException {
        new FrontendConformance(daemon.socket("d512"), disk(512, 2)).run(profile);
    }

    @ParameterizedTest
    @EnumSource(names = {"QEMU_7_2", "LIBBLKIO", "CLOUD_HYPERVISOR"})
    void shouldLiveThroughAProfileWithLargeBlocks(FrontendProfile profile) throws IOException {
        new FrontendConformance(daemon.socket("d4096"), disk(4096, 1)).run(profile);
    }

    @ParameterizedTest
    @EnumSource(names = {"QEMU_7_2", "FIRECRACKER", "DRAGONBALL"})
    void shouldRespectAReadOnlyDisk(FrontendProfile profile) throws IOException {
        new FrontendConformance(daemon.socket("ro"), disk(512, 1).asReadOnly()).run(profile);
    }

    @Test
    void shouldWorkWithoutEventIndexAndIndirectDescriptors() throws IOException {
        SessionOptions plain = SessionOptions.DEFAULT.without(DeviceFeatures.EVENT_IDX | DeviceFeatures.INDIRECT_DESC);
        new FrontendConformance(daemon.socket("d512"), disk(512, 2)).with(plain).run(FrontendProfile.QEMU_7_2);
    }

    @Test
    void shouldWorkWithSmallRings() throws IOException {
        SessionOptions small = SessionOptions.DEFAULT.withQueueSize(8);
        new FrontendConformance(daemon.socket("d512"), disk(512, 1)).with(small).run(FrontendProfile.QEMU_10);
    }

    @Test
    void shouldSeeThatAFieldIsReadAtTheWrongOffset() {
        assertThatThrownBy(
                        () -> new FrontendConformance(daemon.socket("d512"), disk(512, 1)).run(FrontendProfile.CROSVM))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("CROSVM: blk_size is ");
    }

    @Test
    void shouldSeeThatACapacityIsWrong() {
        Expectations larger = Expectations.of(2L * CAPACITY, 512, 1);
        assertThatThrownBy(() -> new FrontendConformance(daemon.socket("d512"), larger).run(FrontendProfile.QEMU_7_2))
                .isInstanceOf(AssertionError.class)
                .hasMessage("QEMU_7_2: capacity in sectors is 16384 instead of 32768");
    }

    @Test
    void shouldSeeThatADiskForgets() {
        Expectations forgetful = Expectations.of(CAPACITY, 512, 1);
        assertThatThrownBy(
                        () -> new FrontendConformance(daemon.socket("null"), forgetful).run(FrontendProfile.QEMU_7_2))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("read differ from those written");
    }

    @Test
    void shouldNotWaitForABackendThatIsGone() throws IOException {
        StorageDaemon shortLived = StorageDaemon.start(directory, StorageDaemon.Disk.nothing("gone", CAPACITY, 1));
        try (FrontendSession session = FrontendProfile.QEMU_7_2.open(shortLived.socket("gone"))) {
            shortLived.close();
            assertThatThrownBy(() -> session.driver(0).read(0, 512))
                    .isInstanceOf(EOFException.class)
                    .hasMessage("the back-end closed the connection while a request was in flight");
        }
    }

    @Test
    void shouldNotTakeFewerQueuesThanWanted() {
        SessionOptions many = SessionOptions.DEFAULT.withQueues(3);
        assertThatThrownBy(() -> FrontendProfile.LIBBLKIO.open(daemon.socket("d512"), many))
                .isInstanceOf(ProtocolViolationException.class)
                .hasMessage("the back-end has 2 queues, the front-end wants 3");
    }

    @Test
    void shouldKeepALoadInFlightAndVerifyIt() throws IOException {
        SessionOptions options = SessionOptions.DEFAULT.withQueues(2).withQueueSize(128);
        try (FrontendSession session = FrontendProfile.QEMU_7_2.open(daemon.socket("load"), options)) {
            LoadGenerator.fill(session, 16, 4096);
            session.stop();
            session.reset();
            LoadGenerator generator = new LoadGenerator(
                    session, LoadPattern.randomReads(16, 4096).verified().indirect());
            LoadSample sample = generator.run(0, 50_000_000);
            assertThat(sample.requests())
                    .isPositive()
                    .isEqualTo(sample.latency().total());
            assertThat(sample.errors()).isZero();
            assertThat(sample.corrupt()).isZero();
            assertThat(sample.iops()).isPositive();
        }
    }

    @Test
    void shouldSeeCorruptDataUnderLoad() throws IOException {
        SessionOptions options = SessionOptions.DEFAULT.withQueueSize(128);
        try (FrontendSession session = FrontendProfile.LIBBLKIO.open(daemon.socket("null"), options)) {
            LoadGenerator generator =
                    new LoadGenerator(session, LoadPattern.randomReads(8, 4096).verified());
            LoadSample sample = generator.run(0, 10_000_000);
            assertThat(sample.corrupt())
                    .as("also those still in flight at the end of the round")
                    .isGreaterThanOrEqualTo(sample.requests() + 8);
        }
    }

    @Test
    void shouldMixReadsAndWrites() throws IOException {
        SessionOptions options = SessionOptions.DEFAULT.withQueueSize(256);
        try (FrontendSession session = FrontendProfile.CLOUD_HYPERVISOR.open(daemon.socket("load"), options)) {
            LoadPattern pattern = LoadPattern.mixed(32, 4096, 50);
            assertThat(new LoadGenerator(session, pattern).run(0, 20_000_000).errors())
                    .isZero();
        }
    }

    /** Whoever changes the disk behind the load's back, be it by one byte, is found; an unknown block is not judged. */
    @Test
    void shouldFindAByteThatTheLoadDidNotWrite() throws IOException {
        SessionOptions options = SessionOptions.DEFAULT.withQueues(2).withQueueSize(256);
        LoadPattern pattern = LoadPattern.mixed(8, 4096, 50).within(64).verified();
        BlockVersions versions = new BlockVersions(64, 3);
        try (FrontendSession session = FrontendProfile.CLOUD_HYPERVISOR.open(daemon.socket("load"), options);
                LoadGenerator load = new LoadGenerator(session, pattern, versions, LoadGenerator.Completion.NOTIFIED)) {
            load.run(0, 100_000_000);
            assertThat(load.completedReads()).isBetween(1L, load.completed() - 1);
            assertThat(load.errors() + load.corrupt()).isZero();
            try (RandomAccessFile file =
                    new RandomAccessFile(directory.resolve("load").toFile(), "rw")) {
                for (int block = 0; block < 64; block++) {
                    file.seek(block * 4096L + 4095);
                    int last = file.read();
                    file.seek(block * 4096L + 4095);
                    file.write(last ^ 1);
                }
            }
            while (load.corrupt() == 0) {
                load.run(0, 20_000_000);
            }
        }
    }

    @Test
    void shouldKeepToItsRangeAndItsSeed() throws IOException {
        LoadPattern pattern =
                LoadPattern.randomWrites(4, 4096).within(16).withSeed(9).verified();
        try (FrontendSession session = FrontendProfile.CLOUD_HYPERVISOR.open(daemon.socket("load"));
                RandomAccessFile file =
                        new RandomAccessFile(directory.resolve("load").toFile(), "r")) {
            byte[] before = new byte[CAPACITY - 16 * 4096];
            byte[] after = new byte[before.length];
            file.seek(16 * 4096);
            file.readFully(before);
            new LoadGenerator(session, pattern).run(0, 50_000_000);
            file.seek(16 * 4096);
            file.readFully(after);
            assertThat(Arrays.equals(before, after)).isTrue();
        }
    }

    @Test
    void shouldAllocateNothingPerRequest() throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        SessionOptions options = SessionOptions.DEFAULT.withQueueSize(256);
        try (FrontendSession session = FrontendProfile.LIBBLKIO.open(daemon.socket("null"), options)) {
            LoadGenerator generator = new LoadGenerator(session, LoadPattern.randomReads(32, 4096));
            generator.run(0, 20_000_000);
            long requests = 0;
            long rounds = 0;
            long before = threads.getCurrentThreadAllocatedBytes();
            while (requests < 20_000) {
                requests += generator.run(0, 200_000_000).requests();
                rounds++;
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(allocated).isLessThan(requests + rounds * BYTES_OF_A_SAMPLE);
        }
    }

    /** Runs a round, and another one if the machine did not let this one have a single request. */
    private static LoadSample round(LoadGenerator generator) throws IOException {
        LoadSample sample = generator.run(0, 50_000_000);
        return sample.requests() > 0 ? sample : round(generator);
    }

    @Test
    void shouldSayThatALoadDoesNotFitItsRing() throws IOException {
        try (FrontendSession session = FrontendProfile.QEMU_7_2.open(daemon.socket("null"))) {
            assertThatThrownBy(() -> new LoadGenerator(session, LoadPattern.randomReads(64, 4096)))
                    .hasMessage(
                            "the load needs 192 descriptors, the ring has 128; use a larger ring or a smaller depth");
        }
    }

    @Test
    void shouldSayWhyADaemonDidNotStart() {
        StorageDaemon.Disk missing = StorageDaemon.Disk.file("x", Path.of("/nowhere/x"), 1, 512);
        assertThatThrownBy(() -> StorageDaemon.start(directory, missing).close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/nowhere/x");
    }

    @Test
    void shouldFindAChainThatTheDeviceCannotHave() throws IOException {
        try (FrontendSession session = FrontendProfile.LIBBLKIO.open(daemon.socket("d512"))) {
            SplitRingDriver ring = session.queues().get(0).splitRing();
            ring.usedRing().putInt(4, 5).putShort(2, (short) 1);
            assertThatThrownBy(() -> session.queues().get(0).blocks().reap())
                    .isInstanceOf(ProtocolViolationException.class)
                    .hasMessage("the device returned head 5, which it does not have");
        }
    }

    @Test
    void shouldReadAllStatusesOfRawChains() throws IOException {
        try (FrontendSession session = FrontendProfile.CROSVM.open(daemon.socket("d512"))) {
            BlockQueue queue = session.queues().get(0).blocks();
            long header = session.memory().allocate(16, 16);
            long tail = session.memory().allocate(513, 16);
            session.memory().window(header, 16).putInt(0, BlockRequestType.IN).putLong(8, 0);
            DescriptorChain statusBehindData =
                    new DescriptorChain().readable(header, 16).writable(tail, 513);
            int tag = queue.submitRaw(statusBehindData);
            queue.flush();
            assertThat(queue.await()).isEqualTo(tag);
            assertThat(queue.usedLength(tag)).isEqualTo(513);
            assertThat(session.memory().window(tail, 513).get(512)).isZero();
            assertThat(List.of(queue.ring().free())).containsExactly(256);
        }
    }
}
