// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.linux.Mapping;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A device that lives long enough leaves nothing in flight; one that dies leaves what it had. */
class MortalDeviceTest {
    private static final int SIZE = 16;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldReturnInAnyOrderAndDieWhenItIsTo(boolean packed) throws IOException {
        long features = packed ? DeviceFeatures.RING_PACKED : 0;
        try (FrontendMemory memory = FrontendMemory.ordinaryPages()) {
            memory.add(0, 1 << 20);
            RingLayout layout =
                    packed ? PackedRingLayout.pageAligned(memory, SIZE) : SplitRingLayout.pageAligned(memory, SIZE);
            int bytes = packed ? PackedInflightRecord.bytes(SIZE) : SplitInflightRecord.bytes(SIZE);
            try (FrontendQueue queue = new FrontendQueue(0, memory, layout, features);
                    InflightRegion region = InflightRegion.create(1, SIZE, bytes);
                    Mapping record = region.map()) {
                MortalDevice device = MortalDevice.of(queue, record);
                int[] tags = submit(queue, memory);
                assertThat(device.live(3, new int[][] {{2}, {0, 1}})).isTrue();
                assertThat(queue.blocks().reap()).isEqualTo(tags[2]);
                assertThat(queue.blocks().reap()).isEqualTo(tags[0]);
                assertThat(queue.blocks().reap()).isEqualTo(tags[1]);
                assertThat(inFlight(record, packed)).isZero();

                submit(queue, memory);
                device.dieAfter(packed ? 51 : 7);
                assertThat(device.live(3, new int[][] {{0}})).isFalse();
                assertThat(device.published()).isZero();
                assertThat(inFlight(record, packed)).isEqualTo(3);
                assertThat(queue.ring().hasUsed()).isFalse();
            }
        }
    }

    private static int[] submit(FrontendQueue queue, FrontendMemory memory) {
        long data = memory.allocate(512, 512);
        int[] tags = new int[3];
        for (int i = 0; i < tags.length; i++) {
            tags[i] = queue.blocks().submit(BlockRequestType.OUT, i, data, 512);
        }
        queue.blocks().flush();
        return tags;
    }

    private static int inFlight(Mapping record, boolean packed) {
        int count = 0;
        SplitInflightRecord split = new SplitInflightRecord(record.window(0, (int) record.length()));
        PackedInflightRecord ring = new PackedInflightRecord(record.window(0, (int) record.length()));
        for (int i = 0; i < SIZE; i++) {
            count += (packed ? ring.inflight(i) : split.inflight(i)) ? 1 : 0;
        }
        return count;
    }
}
