// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevnull.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;
import io.hotbay.memory.GuestMemory;
import io.hotbay.memory.MemoryRegion;
import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.osgi.service.log.Logger;

class NullDeviceTest {
    private record Settings(
            String hotbay_bdev_name,
            String size,
            int block__size,
            int physical__block__size,
            String uuid,
            boolean readonly)
            implements NullDevice.Config {
        static Settings of(String name, String size) {
            return new Settings(name, size, 512, 0, "", false);
        }

        Settings readOnly() {
            return new Settings(hotbay_bdev_name, size, block__size, physical__block__size, uuid, true);
        }

        Settings blocks(int logical, int physical) {
            return new Settings(hotbay_bdev_name, size, logical, physical, uuid, readonly);
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return NullDevice.Config.class;
        }
    }

    private static NullDevice device(Settings settings) {
        Logger silent = (Logger) Proxy.newProxyInstance(
                Logger.class.getClassLoader(), new Class<?>[] {Logger.class}, (self, method, arguments) -> null);
        return new NullDevice(settings, silent);
    }

    @Test
    void shouldTakeAnotherSizeOrGoOnAsItWas() {
        NullDevice device = device(Settings.of("Null0", "1M"));
        device.modified(Settings.of("Null0", "2M"));
        assertThat(device.blocks()).isEqualTo(4096);
        assertThat(device.dataEnd(512)).isEqualTo(512);
        device.modified(Settings.of("Null0", "1000"));
        assertThat(device.blocks()).isEqualTo(4096);
        assertThat(device.refusedResize()).hasValueSatisfying(reason -> assertThat(reason)
                .startsWith("bdev Null0: size of 1000 bytes is no multiple"));
        device.modified(Settings.of("Null0", "512"));
        assertThat(device.refusedResize()).isEmpty();
    }

    @Test
    void shouldFailRequestsBeyondTheNewEndOnAChannelFromBefore() {
        NullDevice device = device(Settings.of("Null0", "1M"));
        BlockRequests requests = new BlockRequests(1);
        BlockChannel channel = device.open(requests);
        device.modified(Settings.of("Null0", "512K"));
        requests.prepare(0, BlockType.READ, 512 << 10, 512, 0);
        requests.enqueue(0);
        channel.submit(requests);
        assertThat(requests.status(0)).isEqualTo(BlockStatus.OUT_OF_RANGE);
    }

    @Test
    void shouldTellWhatItsConfigurationSays() {
        NullDevice device =
                device(new Settings("Null0", "1TiB", 4096, 16384, "6f0e37a1-5d0c-4b6c-9a0e-0d8f2d1c7b11", true));
        assertThat(device.name()).isEqualTo("Null0");
        assertThat(device.product()).isEqualTo("Null disk");
        assertThat(device.blockSize()).isEqualTo(4096);
        assertThat(device.blocks()).isEqualTo((1L << 40) / 4096);
        assertThat(device.physicalBlockSize()).isEqualTo(16384);
        assertThat(device.uuid()).isEqualTo(UUID.fromString("6f0e37a1-5d0c-4b6c-9a0e-0d8f2d1c7b11"));
        assertThat(device.readOnly()).isTrue();
        assertThat(device.writeCache()).isFalse();
    }

    @Test
    void shouldRefuseASizeThatIsNoMultipleOfTheBlockSize() {
        assertThatThrownBy(() -> device(Settings.of("Null0", "6K").blocks(4096, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("bdev Null0: size of 6144 bytes is no multiple of the block size (4096)");
    }

    @Test
    void shouldSupportEveryTypeAndNoOther() {
        NullDevice device = device(Settings.of("Null0", "1M"));
        for (int type = 0; type < BlockType.COUNT; type++) {
            assertThat(device.supports(type)).as(BlockType.name(type)).isTrue();
        }
        assertThat(device.supports(BlockType.COUNT)).isFalse();
        assertThat(device.supports(-1)).isFalse();
    }

    @Test
    void shouldCompleteEveryTypeAtOnce() {
        assertThat(statuses(device(Settings.of("Null0", "1M")))).containsOnly(BlockStatus.OK);
    }

    @Test
    void shouldRefuseChangesWhenReadOnly() {
        int[] statuses = statuses(device(Settings.of("Null0", "1M").readOnly()));
        assertThat(statuses[BlockType.READ]).isEqualTo(BlockStatus.OK);
        assertThat(statuses[BlockType.FLUSH]).isEqualTo(BlockStatus.OK);
        assertThat(statuses[BlockType.RESET]).isEqualTo(BlockStatus.OK);
        assertThat(statuses[BlockType.WRITE]).isEqualTo(BlockStatus.READ_ONLY);
        assertThat(statuses[BlockType.DISCARD]).isEqualTo(BlockStatus.READ_ONLY);
        assertThat(statuses[BlockType.WRITE_ZEROES]).isEqualTo(BlockStatus.READ_ONLY);
    }

    /** Submits one request of each type as one batch. */
    private static int[] statuses(NullDevice device) {
        BlockRequests requests = new BlockRequests(BlockType.COUNT);
        BlockChannel channel = device.open(requests);
        for (int type = 0; type < BlockType.COUNT; type++) {
            requests.prepare(type, type, 0, 512, 0);
            requests.enqueue(type);
        }
        channel.submit(requests);
        requests.clearPending();
        assertThat(requests.completed()).isEqualTo(BlockType.COUNT);
        assertThat(requests.inFlight()).isZero();
        int[] statuses = new int[BlockType.COUNT];
        for (int type = 0; type < BlockType.COUNT; type++) {
            statuses[type] = requests.status(type);
        }
        return statuses;
    }

    @Test
    void shouldLeaveGuestMemoryAsItIsOnARead() {
        ByteBuffer guest = ByteBuffer.allocateDirect(4096);
        guest.putInt(1024, 0x12345678);
        NullDevice device = device(Settings.of("Null0", "1M"));
        BlockRequests requests = new BlockRequests(1);
        requests.memory(GuestMemory.of(List.of(MemoryRegion.of(0, 0, 4096, (offset, length) -> guest.duplicate()))));
        requests.prepare(0, BlockType.READ, 0, 4096, 0);
        requests.addSegment(0, GuestMemory.handle(0, 0), 4096);
        requests.enqueue(0);
        device.open(requests).submit(requests);
        assertThat(requests.status(0)).isEqualTo(BlockStatus.OK);
        assertThat(guest.getInt(1024)).isEqualTo(0x12345678);
    }

    @Test
    void shouldSumUpWhatItsQueuesHaveDone() {
        NullDevice device = device(Settings.of("Null0", "1M"));
        BlockRequests requests = new BlockRequests(1);
        device.statistics().attach(requests.counters());
        requests.prepare(0, BlockType.WRITE, 0, 1024, 0);
        requests.enqueue(0);
        device.open(requests).submit(requests);
        requests.measure();
        device.statistics().detach(requests.counters());
        assertThat(device.statistics().snapshot().requests()[BlockType.WRITE]).isEqualTo(1);
        assertThat(device.statistics().snapshot().bytes()[BlockType.WRITE]).isEqualTo(1024);
    }
}
