// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevmalloc.internal;

import static io.hotbay.bdevmalloc.internal.Fixture.PID;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;
import io.hotbay.bdevmalloc.internal.Fixture.Settings;
import io.hotbay.memory.GuestMemory;
import io.hotbay.memory.MemoryRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A disk takes another size while channels are open. */
class MallocResizeTest {
    private static final int MIB = 1 << 20;
    private static final Settings ONE_MIB = Settings.of("Malloc0", "1MiB");

    private final Fixture fixture = new Fixture();
    private final ByteBuffer guest = ByteBuffer.allocateDirect(4096);
    private final BlockRequests requests = new BlockRequests(8);
    private MallocDevice device;
    private BlockChannel channel;

    @BeforeEach
    void open() throws IOException {
        requests.memory(GuestMemory.of(List.of(MemoryRegion.of(0, 0, 4096, (offset, length) -> guest.duplicate()))));
        device = fixture.activate(ONE_MIB);
        channel = device.open(requests);
    }

    private void resize(String size) {
        device.modified(ONE_MIB.size(size), Fixture.properties(PID));
    }

    private void assertSize(long size) {
        assertThat(device.blocks() * device.blockSize()).isEqualTo(size);
        assertThat(fixture.allocator.leases.get("bdev-Malloc0").size()).isEqualTo(size);
    }

    private static int run(BlockChannel channel, BlockRequests requests, int type, long offset) {
        requests.prepare(0, type, offset, 512, 0);
        requests.addSegment(0, GuestMemory.handle(0, 0), 512);
        requests.enqueue(0);
        channel.submit(requests);
        requests.clearPending();
        requests.clearCompleted();
        return requests.status(0);
    }

    private int run(int type, long offset) {
        return run(channel, requests, type, offset);
    }

    /** What the device leaves to its executor has been done when the next task runs. */
    private void awaitLater() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        fixture.keeper.later(done::countDown);
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shouldGrowUnderOpenChannelsAndTrimWhenTheyHaveClosed() throws Exception {
        guest.put(0, (byte) 7);
        run(BlockType.WRITE, MIB - 512);
        resize("2MiB");
        assertThat(device.refusedResize()).isEmpty();
        assertSize(2 * MIB);
        assertThat(run(BlockType.READ, MIB - 512)).isEqualTo(BlockStatus.OK);
        assertThat(run(BlockType.READ, MIB)).as("not in its store").isEqualTo(BlockStatus.OUT_OF_RANGE);

        BlockChannel second = device.open(requests);
        assertThat(run(second, requests, BlockType.READ, MIB - 512)).isEqualTo(BlockStatus.OK);
        assertThat(guest.get(0)).isEqualTo((byte) 7);
        assertThat(run(second, requests, BlockType.READ, MIB)).isEqualTo(BlockStatus.OK);
        assertThat(guest.get(0)).isZero();
        awaitLater();
        assertThat(fixture.allocator.untrimmed).containsExactly("bdev-Malloc0");

        channel.close();
        awaitLater();
        assertThat(fixture.allocator.untrimmed).isEmpty();
        second.close();
    }

    @Test
    void shouldNotTrimWhileAnyFormerChannelIsOpen() throws Exception {
        BlockChannel other = device.open(new BlockRequests(1));
        resize("2MiB");
        BlockChannel second = device.open(new BlockRequests(1));
        resize("3MiB");
        channel.close();
        other.close();
        awaitLater();
        assertThat(fixture.allocator.untrimmed).isNotEmpty();
        second.close();
        awaitLater();
        assertThat(fixture.allocator.untrimmed).isEmpty();
    }

    @Test
    void shouldTrimAtOnceWithoutChannelsAndWhenItStops() {
        channel.close();
        resize("2MiB");
        assertThat(fixture.allocator.untrimmed).isEmpty();
        channel = device.open(requests);
        resize("3MiB");
        assertThat(fixture.allocator.untrimmed).isNotEmpty();
        device.deactivate();
        assertThat(fixture.allocator.untrimmed).isEmpty();
        fixture.allocator.untrimmed.add("somebody else's");
        channel.close();
        assertThat(fixture.allocator.untrimmed).hasSize(1);
    }

    @Test
    void shouldFailRequestsBeyondTheNewEndOnChannelsFromBefore() {
        assertThat(run(BlockType.READ, MIB / 2)).isEqualTo(BlockStatus.OK);
        resize("512KiB");
        assertSize(MIB / 2);
        for (int type : new int[] {BlockType.READ, BlockType.WRITE, BlockType.DISCARD, BlockType.WRITE_ZEROES}) {
            assertThat(run(type, MIB / 2)).as(BlockType.name(type)).isEqualTo(BlockStatus.OUT_OF_RANGE);
            assertThat(run(type, MIB / 2 - 512)).as(BlockType.name(type)).isEqualTo(BlockStatus.OK);
        }
        assertThat(run(BlockType.FLUSH, 0)).isEqualTo(BlockStatus.OK);
    }

    @Test
    void shouldRefuseToCutContentsOffUnlessTold() throws IOException {
        guest.put(0, (byte) 0).put(100, (byte) 1).put(511, (byte) 0);
        run(BlockType.WRITE, MIB / 2);
        assertThat(device.dataEnd(0)).isEqualTo(MIB / 2 + 101);
        assertThat(device.dataEnd(MIB / 2 + 101)).isEqualTo(MIB / 2 + 101);
        resize("512KiB");
        assertThat(device.refusedResize()).hasValueSatisfying(reason -> assertThat(reason)
                .contains("bdev Malloc0: its contents reach to byte 524389 of 1 MiB", "cut off at 512 KiB"));
        assertSize(MIB);
        assertThat(run(BlockType.READ, MIB / 2)).isEqualTo(BlockStatus.OK);

        device.modified(ONE_MIB.size("512KiB"), Fixture.cutting("256KiB"));
        assertSize(MIB);
        device.modified(ONE_MIB.size("512KiB"), Fixture.cutting("nonsense"));
        assertSize(MIB);
        device.modified(ONE_MIB.size("512KiB"), Fixture.cutting("524288"));
        assertThat(device.refusedResize()).isEmpty();
        assertSize(MIB / 2);
    }

    @ParameterizedTest
    @CsvSource({"1000, no multiple of the block size", "0, size is 0", "2G, not enough memory", "much, is no size"})
    void shouldGoOnAsItWasWhenASizeCannotBe(String size, String reason) {
        resize(size);
        assertThat(device.refusedResize())
                .hasValueSatisfying(each -> assertThat(each).contains(reason));
        assertSize(MIB);
        assertThat(run(BlockType.WRITE, MIB - 512)).isEqualTo(BlockStatus.OK);
        resize("1MiB");
        assertThat(device.refusedResize()).isEmpty();
    }

    @Test
    void shouldTakeOtherOptionsWhileChannelsAreOpen() {
        device.modified(ONE_MIB.blockSize(4096).readOnly(), Fixture.properties(PID));
        assertThat(device.readOnly()).isTrue();
        assertThat(run(BlockType.WRITE, 0)).isEqualTo(BlockStatus.READ_ONLY);
        assertThat(run(BlockType.READ, 0)).isEqualTo(BlockStatus.OK);
    }

    @Test
    void shouldBeAnotherDiskUnderAnotherNameAndKeepTheFormerOneForItsChannels() throws Exception {
        fixture.configured.put(PID, "Other");
        guest.put(0, (byte) 7);
        run(BlockType.WRITE, 0);
        device.modified(Settings.of("Other", "1MiB"), Fixture.properties(PID));
        assertThat(device.name()).isEqualTo("Other");
        assertThat(fixture.allocator.leases).containsOnlyKeys("bdev-Malloc0", "bdev-Other");
        assertThat(device.dataEnd(0)).isZero();
        channel.close();
        awaitLater();
        assertThat(fixture.allocator.leases).containsOnlyKeys("bdev-Other");
    }

    @Test
    void shouldFindTheEndOfTheContentsWhereverItIs() {
        ByteBuffer disk = fixture.allocator.leases.get("bdev-Malloc0").window(0);
        assertThat(device.dataEnd(0)).isZero();
        assertThat(device.dataEnd(MIB)).isEqualTo(MIB);
        for (int last : new int[] {0, 1, 65_535, 65_536, 65_537, MIB - 65_536, MIB - 1}) {
            disk.put(last, (byte) 0x80);
            assertThat(device.dataEnd(0)).isEqualTo(last + 1);
            assertThat(device.dataEnd(last)).isEqualTo(last + 1);
            assertThat(device.dataEnd(last + 1)).isEqualTo(last + 1);
        }
    }
}
