// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevmalloc.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;
import io.hotbay.bdevmalloc.internal.Fixture.Settings;
import io.hotbay.memory.GuestMemory;
import io.hotbay.memory.MemoryRegion;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MallocDeviceTest {
    private static final int GUEST_SIZE = 1 << 20;

    private final Fixture fixture = new Fixture();
    /** Two regions, so that segments lie in different windows. */
    private final ByteBuffer low = ByteBuffer.allocateDirect(GUEST_SIZE);

    private final ByteBuffer high = ByteBuffer.allocateDirect(GUEST_SIZE);
    private final BlockRequests requests = new BlockRequests(64);
    private MallocDevice device;
    private BlockChannel channel;

    @BeforeEach
    void open() throws IOException {
        requests.memory(GuestMemory.of(List.of(
                MemoryRegion.of(0, 0, GUEST_SIZE, (offset, length) -> low.duplicate()),
                MemoryRegion.of(1L << 32, 1L << 32, GUEST_SIZE, (offset, length) -> high.duplicate()))));
        use(Settings.of("Malloc0", "1MiB"));
    }

    private void use(Settings settings) throws IOException {
        device = fixture.activate(Fixture.PID + settings.hotbay_bdev_name(), settings);
        channel = device.open(requests);
    }

    /** Submits what is pending and returns the status of the only request. */
    private int submit() {
        channel.submit(requests);
        requests.clearPending();
        assertThat(requests.completed()).isEqualTo(1);
        int status = requests.status(requests.completedSlot(0));
        requests.clearCompleted();
        return status;
    }

    private int run(int type, long offset, long length, long... handlesAndLengths) {
        requests.prepare(7, type, offset, length, 0);
        for (int i = 0; i < handlesAndLengths.length; i += 2) {
            requests.addSegment(7, handlesAndLengths[i], (int) handlesAndLengths[i + 1]);
        }
        requests.enqueue(7);
        return submit();
    }

    private static long at(int window, int offset) {
        return GuestMemory.handle(window, offset);
    }

    private byte[] disk(int offset, int length) {
        byte[] bytes = new byte[length];
        fixture.allocator.leases.get("bdev-" + device.name()).window(0).get(offset, bytes);
        return bytes;
    }

    private void fill(ByteBuffer guest, int seed) {
        byte[] bytes = new byte[GUEST_SIZE];
        new Random(seed).nextBytes(bytes);
        guest.put(0, bytes);
    }

    private static byte[] bytes(ByteBuffer guest, int offset, int length) {
        byte[] bytes = new byte[length];
        guest.get(offset, bytes);
        return bytes;
    }

    @Test
    void shouldTellWhatItsConfigurationSays() throws IOException {
        use(Settings.of("Malloc1", "64KiB").blockSize(4096));
        assertThat(device.product()).isEqualTo("Malloc disk");
        assertThat(device.blockSize()).isEqualTo(4096);
        assertThat(device.physicalBlockSize()).isEqualTo(4096);
        assertThat(device.blocks()).isEqualTo(16);
        assertThat(device.readOnly()).isFalse();
        assertThat(device.writeCache()).isFalse();
        assertThat(device.discardLimit()).isEqualTo(8 << 20);
        for (int type = 0; type < BlockType.COUNT; type++) {
            assertThat(device.supports(type)).as(BlockType.name(type)).isTrue();
        }
        assertThat(device.supports(BlockType.COUNT)).isFalse();
    }

    @Test
    void shouldRefuseASizeThatIsNoMultipleOfTheBlockSize() {
        assertThatThrownBy(() -> use(Settings.of("Malloc1", "10000").blockSize(4096)))
                .hasMessageStartingWith("bdev Malloc1: size of 10000 bytes is no multiple of the block size (4096)");
        assertThat(fixture.allocator.leases).doesNotContainKey("bdev-Malloc1");
    }

    @Test
    void shouldRefuseANodeBelowMinusOne() {
        assertThatThrownBy(() -> use(Settings.of("Malloc1", "1M").node(-2)))
                .hasMessage("bdev Malloc1: numa_node is -2: must be the number of a node, or -1 for any");
    }

    @Test
    void shouldGatherAWriteFromSegmentsInSeveralWindows() {
        fill(low, 1);
        fill(high, 2);
        assertThat(run(BlockType.WRITE, 512, 1024, at(0, 3), 100, at(1, 77), 900, at(0, 5000), 24))
                .isEqualTo(BlockStatus.OK);
        assertThat(disk(512, 100)).isEqualTo(bytes(low, 3, 100));
        assertThat(disk(612, 900)).isEqualTo(bytes(high, 77, 900));
        assertThat(disk(1512, 24)).isEqualTo(bytes(low, 5000, 24));
        assertThat(disk(0, 512)).isEqualTo(new byte[512]);
        assertThat(disk(1536, 512)).isEqualTo(new byte[512]);
    }

    @Test
    void shouldScatterAReadOverHundredsOfSegments() {
        fill(low, 3);
        assertThat(run(BlockType.WRITE, 0, GUEST_SIZE, at(0, 0), GUEST_SIZE)).isEqualTo(BlockStatus.OK);
        requests.prepare(7, BlockType.READ, 4096, 512 * 600, 0);
        for (int i = 0; i < 600; i++) {
            requests.addSegment(7, at(1, (599 - i) * 1000), 512);
        }
        requests.enqueue(7);
        assertThat(submit()).isEqualTo(BlockStatus.OK);
        for (int i = 0; i < 600; i++) {
            assertThat(bytes(high, (599 - i) * 1000, 512)).isEqualTo(bytes(low, 4096 + 512 * i, 512));
            assertThat(high.get((599 - i) * 1000 + 512)).isZero();
        }
    }

    @Test
    void shouldReadTheLastBlock() {
        fill(low, 4);
        run(BlockType.WRITE, GUEST_SIZE - 512, 512, at(0, 0), 512);
        assertThat(run(BlockType.READ, GUEST_SIZE - 512, 512, at(1, GUEST_SIZE - 512), 512))
                .isEqualTo(BlockStatus.OK);
        assertThat(bytes(high, GUEST_SIZE - 512, 512)).isEqualTo(bytes(low, 0, 512));
    }

    @Test
    void shouldClearWhatIsDiscardedOrWrittenWithZeros() {
        fill(low, 5);
        for (int type : new int[] {BlockType.DISCARD, BlockType.WRITE_ZEROES}) {
            run(BlockType.WRITE, 0, GUEST_SIZE, at(0, 0), GUEST_SIZE);
            assertThat(run(type, 1024, 512 * 1024)).isEqualTo(BlockStatus.OK);
            assertThat(disk(0, 1024)).isEqualTo(bytes(low, 0, 1024));
            assertThat(disk(1024, 512 * 1024)).isEqualTo(new byte[512 * 1024]);
            assertThat(disk(513 * 1024, 512)).isEqualTo(bytes(low, 513 * 1024, 512));
        }
    }

    @Test
    void shouldChangeNothingOnFlushAndReset() {
        fill(low, 6);
        run(BlockType.WRITE, 0, GUEST_SIZE, at(0, 0), GUEST_SIZE);
        assertThat(run(BlockType.FLUSH, 0, 0)).isEqualTo(BlockStatus.OK);
        assertThat(run(BlockType.RESET, 0, 0)).isEqualTo(BlockStatus.OK);
        assertThat(disk(0, GUEST_SIZE)).isEqualTo(bytes(low, 0, GUEST_SIZE));
    }

    @Test
    void shouldRefuseChangesWhenReadOnly() throws IOException {
        use(Settings.of("Malloc1", "1MiB").readOnly());
        fill(low, 7);
        assertThat(device.readOnly()).isTrue();
        assertThat(run(BlockType.WRITE, 0, 512, at(0, 0), 512)).isEqualTo(BlockStatus.READ_ONLY);
        assertThat(run(BlockType.DISCARD, 0, 512)).isEqualTo(BlockStatus.READ_ONLY);
        assertThat(run(BlockType.WRITE_ZEROES, 0, 512)).isEqualTo(BlockStatus.READ_ONLY);
        assertThat(run(BlockType.READ, 0, 512, at(1, 0), 512)).isEqualTo(BlockStatus.OK);
        assertThat(disk(0, 512)).isEqualTo(new byte[512]);
    }

    @Test
    void shouldCompleteABatchInItsOrder() {
        fill(low, 8);
        for (int slot = 0; slot < 64; slot++) {
            boolean write = slot % 2 == 0;
            requests.prepare(slot, write ? BlockType.WRITE : BlockType.READ, slot / 2 * 512L, 512, 0);
            requests.addSegment(slot, at(write ? 0 : 1, slot / 2 * 512), 512);
            requests.enqueue(slot);
        }
        channel.submit(requests);
        assertThat(requests.completed()).isEqualTo(64);
        assertThat(bytes(high, 0, 32 * 512)).isEqualTo(bytes(low, 0, 32 * 512));
    }

    @Test
    void shouldLetTheDeviceAnswerInTheMiddleOfABatchThatTakesLong() {
        List<Integer> done = new ArrayList<>();
        requests.answeringEarly(() -> {
            done.add(requests.completed());
            requests.clearCompleted();
        });
        for (int slot = 0; slot < 20; slot++) {
            requests.prepare(slot, BlockType.READ, 4096L * slot, 4096, 0);
            requests.addSegment(slot, at(0, 4096 * slot), 4096);
            requests.enqueue(slot);
        }
        channel.submit(requests);
        assertThat(done).containsExactly(8, 8);
        assertThat(requests.completed()).isEqualTo(4);
        assertThat(requests.inFlight()).isZero();
    }

    @Test
    void shouldAllocateNothingForARequest() {
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        runMany(20_000);
        long before = thread.getThreadAllocatedBytes(id);
        runMany(20_000);
        assertThat(thread.getThreadAllocatedBytes(id) - before).isLessThan(20_000);
    }

    private void runMany(int count) {
        for (int i = 0; i < count; i++) {
            requests.prepare(3, i % BlockType.COUNT, 4096, 4096, 0);
            requests.addSegment(3, at(i & 1, 512), 2048);
            requests.addSegment(3, at(i & 1, 8192), 2048);
            requests.enqueue(3);
            channel.submit(requests);
            requests.clearPending();
            requests.clearCompleted();
        }
    }
}
