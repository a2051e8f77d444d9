// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.hotbay.memory.GuestMemory;
import io.hotbay.memory.MemoryRegion;
import io.hotbay.virtio.OwnedVirtqueue;
import io.hotbay.virtio.VirtioFeatures;
import io.hotbay.virtio.VirtqueueFactory;
import io.hotbay.virtio.VirtqueueSetup;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GuestVirtqueueFactoryTest {
    private static final long USER = 0x5000_0000L;
    private static final int MEMORY = 1 << 20;

    private final VirtqueueFactory factory = new GuestVirtqueueFactory();
    private final GuestMemory memory = memory(MEMORY);

    private static GuestMemory memory(int size) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(size);
        return GuestMemory.of(
                List.of(MemoryRegion.of(0, USER, size, (offset, length) -> bytes.slice((int) offset, length))));
    }

    private static VirtqueueSetup setup(
            int size, long descriptors, long available, long used, long features, GuestMemory memory) {
        return new VirtqueueSetup(3, size, USER + descriptors, USER + available, USER + used, 0, features, memory);
    }

    @Test
    void shouldOfferWhatItsRingsUnderstand() {
        assertThat(factory.features())
                .isEqualTo(VirtioFeatures.INDIRECT_DESC | VirtioFeatures.EVENT_IDX | VirtioFeatures.RING_PACKED);
        assertThat(factory.sizeLimit()).isEqualTo(32768);
    }

    @Test
    void shouldOpenARing() {
        OwnedVirtqueue queue = factory.open(setup(256, 0, 0x1000, 0x2000, VirtioFeatures.VERSION_1, memory));

        assertThat(queue.index()).isEqualTo(3);
        assertThat(queue.size()).isEqualTo(256);
        assertThat(queue.memory()).isSameAs(memory);
        assertThat(queue.base()).isZero();
        assertThat(queue.inFlight()).isZero();
        assertThat(queue.fault()).isNull();
        assertThat(queue.takeSignal()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 3, 100, 32767, 65536, Integer.MIN_VALUE})
    void shouldRefuseASizeThatIsNoPowerOfTwoOrTooLarge(int size) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> factory.open(setup(size, 0, 0x1000, 0x2000, 0, memory)))
                .withMessageContaining("queue 3: size " + size);
    }

    @ParameterizedTest
    @CsvSource({
        "8, 0x1000, 0x2000, descriptor table, 16",
        "1, 0x1000, 0x2000, descriptor table, 16",
        "0, 0x1001, 0x2000, available ring, 2",
        "0, 0x1000, 0x2002, used ring, 4",
        "0, 0x1000, 0x2001, used ring, 4"
    })
    void shouldRefuseMisalignedParts(String descriptors, String available, String used, String part, int alignment) {
        VirtqueueSetup setup =
                setup(128, Long.decode(descriptors), Long.decode(available), Long.decode(used), 0, memory);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> factory.open(setup))
                .withMessageContaining("queue 3: " + part)
                .withMessageContaining("aligned to " + alignment + " bytes");
    }

    @ParameterizedTest
    @CsvSource({
        "0xffff0, 0x1000, 0x2000, descriptor table",
        "0x100000, 0x1000, 0x2000, descriptor table",
        "-16, 0x1000, 0x2000, descriptor table",
        "0, 0xffffe, 0x2000, available ring",
        "0, 0x1000, 0xffffc, used ring"
    })
    void shouldRefusePartsOutsideMemory(String descriptors, String available, String used, String part) {
        VirtqueueSetup setup =
                setup(128, Long.decode(descriptors), Long.decode(available), Long.decode(used), 0, memory);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> factory.open(setup))
                .withMessageContaining("queue 3: " + part)
                .withMessageContaining("not inside one memory region");
    }

    @Test
    void shouldNeedTheBytesOfTheUsedRingsEventOnlyWithTheFeature() {
        int size = 4;
        GuestMemory exact = memory(0x100 + 4 + 8 * size);
        VirtqueueSetup plain = setup(size, 0, 0x80, 0x100, VirtioFeatures.VERSION_1, exact);
        VirtqueueSetup indexed =
                setup(size, 0, 0x80, 0x100, VirtioFeatures.VERSION_1 | VirtioFeatures.EVENT_IDX, exact);

        assertThat(factory.open(plain)).isNotNull();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> factory.open(indexed))
                .withMessageContaining("used ring at 0x50000100: its 38 bytes");
    }

    @Test
    void shouldNeedTheBytesOfTheAvailableRingsEventOnlyWithTheFeature() {
        int size = 4;
        GuestMemory exact = memory(0x100 + 4 + 2 * size);
        VirtqueueSetup plain = setup(size, 0, 0x100, 0x80, VirtioFeatures.VERSION_1, exact);
        VirtqueueSetup indexed =
                setup(size, 0, 0x100, 0x80, VirtioFeatures.VERSION_1 | VirtioFeatures.EVENT_IDX, exact);

        assertThat(factory.open(plain)).isNotNull();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> factory.open(indexed))
                .withMessageContaining("available ring at 0x50000100: its 14 bytes");
    }

    @Test
    void shouldRefuseAMappingThatSpoilsTheAlignment() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(MEMORY + 1);
        GuestMemory odd = GuestMemory.of(
                List.of(MemoryRegion.of(0, USER, MEMORY, (offset, length) -> bytes.slice(1 + (int) offset, length))));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> factory.open(setup(128, 0, 0x1000, 0x2000, 0, odd)))
                .withMessageContaining("not mapped at a multiple of 16 bytes");
    }

    @Test
    void shouldOpenAPackedRingWithTheFeature() {
        OwnedVirtqueue queue = factory.open(new VirtqueueSetup(
                3, 100, USER, USER + 0x1000, USER + 0x2000, 0x8000_8000, VirtioFeatures.RING_PACKED, memory));

        assertThat(queue).isInstanceOf(PackedVirtqueue.class);
        assertThat(queue.base()).isEqualTo(0x8000_8000);
    }

    @ParameterizedTest
    @CsvSource({
        "8, 0x1000, 0x2000, descriptor ring, 16",
        "0, 0x1002, 0x2000, driver event area, 4",
        "0, 0x1000, 0x2002, device event area, 4"
    })
    void shouldRefuseMisalignedPartsOfAPackedRing(
            String descriptors, String available, String used, String part, int alignment) {
        VirtqueueSetup setup = setup(
                128,
                Long.decode(descriptors),
                Long.decode(available),
                Long.decode(used),
                VirtioFeatures.RING_PACKED,
                memory);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> factory.open(setup))
                .withMessageContaining("queue 3: " + part)
                .withMessageContaining("aligned to " + alignment + " bytes");
    }

    @ParameterizedTest
    @CsvSource({"1, 64, 64", "3, 64, 128", "4, 128, 192", "128, 2112, 4160", "32768, 524352, 1048640"})
    void shouldTellTheBytesOfTheInFlightRegion(int size, int split, int packed) {
        assertThat(factory.inFlightBytes(size, VirtioFeatures.VERSION_1)).isEqualTo(split);
        assertThat(factory.inFlightBytes(size, VirtioFeatures.RING_PACKED)).isEqualTo(packed);
    }
}
