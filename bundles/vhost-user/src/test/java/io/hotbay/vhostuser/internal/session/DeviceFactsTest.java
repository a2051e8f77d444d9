// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.vhostuser.internal.ring.RingEnvironment;
import io.hotbay.vhostuser.internal.ring.RingTuning;
import io.hotbay.vhostuser.internal.testing.TestDevice;
import io.hotbay.vhostuser.internal.testing.TestVirtqueues;
import io.hotbay.virtio.VirtioFeatures;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class DeviceFactsTest {
    private static DeviceFacts facts(boolean packed) {
        return DeviceFacts.of(new RingEnvironment(
                null, new BitSet(), new TestVirtqueues(), new TestDevice(1), packed, "a test", RingTuning.DEFAULT));
    }

    @Test
    void shouldOfferPackedRingsOnlyOnRequest() {
        assertThat(VirtioFeatures.has(facts(true).features(), VirtioFeatures.RING_PACKED))
                .isTrue();
        assertThat(VirtioFeatures.has(facts(false).features(), VirtioFeatures.RING_PACKED))
                .isFalse();
    }

    @Test
    void shouldKnowHowMuchOfTheInFlightRegionAQueueTakes() {
        InFlightSizes sizes = facts(false).inFlight();
        assertThat(sizes.bytes(1, false)).isEqualTo(TestVirtqueues.SLOT);
        assertThat(sizes.bytes(5, false)).isEqualTo(8 * TestVirtqueues.SLOT);
        assertThat(sizes.bytes(8, true)).isEqualTo(16 * TestVirtqueues.SLOT);
        assertThat(sizes.bytes(1024, false)).isEqualTo(1024 * TestVirtqueues.SLOT);
        assertThat(sizes.bytes(1025, false)).isEqualTo(Integer.MAX_VALUE);
        assertThat(sizes.bytes(65535, false)).isEqualTo(Integer.MAX_VALUE);
    }
}
