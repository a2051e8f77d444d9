// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MessageTypeTest {
    private static ByteBuffer payload(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    }

    @ParameterizedTest
    @EnumSource(MessageType.class)
    void shouldFindEachTypeByItsNumber(MessageType type) {
        assertThat(MessageType.of(type.id())).isSameAs(type);
    }

    @Test
    void shouldFindNothingOutsideTheRange() {
        assertThat(MessageType.of(0)).isNull();
        assertThat(MessageType.of(45)).isNull();
        assertThat(MessageType.of(-1)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "GET_FEATURES, 1",
        "SET_FEATURES, 2",
        "SET_OWNER, 3",
        "SET_MEM_TABLE, 5",
        "SET_VRING_NUM, 8",
        "SET_VRING_ADDR, 9",
        "SET_VRING_BASE, 10",
        "GET_VRING_BASE, 11",
        "SET_VRING_KICK, 12",
        "SET_VRING_CALL, 13",
        "SET_VRING_ERR, 14",
        "GET_PROTOCOL_FEATURES, 15",
        "SET_PROTOCOL_FEATURES, 16",
        "GET_QUEUE_NUM, 17",
        "SET_VRING_ENABLE, 18",
        "SET_BACKEND_REQ_FD, 21",
        "GET_CONFIG, 24",
        "SET_CONFIG, 25",
        "RESET_DEVICE, 34",
        "GET_MAX_MEM_SLOTS, 36",
        "ADD_MEM_REG, 37",
        "REM_MEM_REG, 38",
        "GET_SHMEM_CONFIG, 44"
    })
    void shouldNumberMessagesAsTheSpecificationDoes(MessageType type, int id) {
        assertThat(type.id()).isEqualTo(id);
    }

    @ParameterizedTest
    @CsvSource({"NONE, 0", "U64, 8", "VRING_STATE, 8", "VRING_ADDRESS, 40", "SINGLE_REGION, 40"})
    void shouldTakeExactlyOneSize(PayloadRule rule, int size) {
        assertThat(rule.accepts(payload(size))).isTrue();
        assertThat(rule.accepts(payload(size + 1))).isFalse();
        assertThat(size > 0 && rule.accepts(payload(size - 1))).isFalse();
    }

    @Test
    void shouldTakeAPayloadWithoutMeaningOrNone() {
        assertThat(PayloadRule.NONE_OR_U64.accepts(payload(0))).isTrue();
        assertThat(PayloadRule.NONE_OR_U64.accepts(payload(8))).isTrue();
        assertThat(PayloadRule.NONE_OR_U64.accepts(payload(4))).isFalse();
    }

    @Test
    void shouldTakeAConfigMessageWithOrWithoutContents() {
        assertThat(PayloadRule.CONFIG.accepts(payload(11))).isFalse();
        assertThat(PayloadRule.CONFIG.accepts(payload(12))).isTrue();
        assertThat(PayloadRule.CONFIG.accepts(payload(268))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 8, true",
        "1, 40, true",
        "2, 72, true",
        "2, 40, false",
        "1, 72, false",
        "64, 2056, true",
        "65, 2088, false",
        "-1, 8, false"
    })
    void shouldTakeAMemoryTableThatIsAsLongAsItSays(int count, int size, boolean accepted) {
        ByteBuffer table = payload(size);
        table.putInt(0, count);
        assertThat(PayloadRule.MEMORY_TABLE.accepts(table)).isEqualTo(accepted);
    }

    @Test
    void shouldRefuseAMemoryTableWithoutACount() {
        assertThat(PayloadRule.MEMORY_TABLE.accepts(payload(4))).isFalse();
        assertThat(PayloadRule.MEMORY_TABLE.accepts(payload(0))).isFalse();
    }

    @Test
    void shouldWantADescriptorUnlessThePayloadSaysThereIsNone() {
        ByteBuffer with = payload(8).putLong(0, 3);
        ByteBuffer without = payload(8).putLong(0, 0x103);
        assertThat(DescriptorRule.UNLESS_FLAGGED.accepts(with, 1)).isTrue();
        assertThat(DescriptorRule.UNLESS_FLAGGED.accepts(with, 0)).isFalse();
        assertThat(DescriptorRule.UNLESS_FLAGGED.accepts(with, 2)).isFalse();
        assertThat(DescriptorRule.UNLESS_FLAGGED.accepts(without, 0)).isTrue();
        assertThat(DescriptorRule.UNLESS_FLAGGED.accepts(without, 1)).isFalse();
        assertThat(VringDescriptor.index(without)).isEqualTo(3);
    }

    @Test
    void shouldWantADescriptorForEachRegion() {
        ByteBuffer table = payload(72).putInt(0, 2);
        assertThat(DescriptorRule.ONE_EACH_REGION.accepts(table, 2)).isTrue();
        assertThat(DescriptorRule.ONE_EACH_REGION.accepts(table, 1)).isFalse();
        assertThat(DescriptorRule.ONE_EACH_REGION.accepts(table, 3)).isFalse();
    }

    @Test
    void shouldReadTheUsedRingBeforeTheAvailableRing() {
        ByteBuffer payload = payload(40);
        payload.putInt(0, 1)
                .putInt(4, 1)
                .putLong(8, 0x100)
                .putLong(16, 0x200)
                .putLong(24, 0x300)
                .putLong(32, 0x400);
        assertThat(VringAddress.index(payload)).isEqualTo(1);
        assertThat(VringAddress.read(payload)).isEqualTo(new VringAddress(1, 0x100, 0x200, 0x300, 0x400));
    }

    @Test
    void shouldNameARegionWithoutItsFileOffset() {
        RegionDescription region = new RegionDescription(0x1000, 0x2000, 0x3000, 0x4000);
        assertThat(region.names(new RegionDescription(0x1000, 0x2000, 0x3000, 0)))
                .isTrue();
        assertThat(region.names(new RegionDescription(0x1000, 0x2000, 0x3001, 0x4000)))
                .isFalse();
        assertThat(region.names(new RegionDescription(0x1000, 0x2001, 0x3000, 0x4000)))
                .isFalse();
        assertThat(region.names(new RegionDescription(0x1001, 0x2000, 0x3000, 0x4000)))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 60, 0, true",
        "0, 4096, 0, true",
        "0, 4097, 0, false",
        "32, 1, 32, true",
        "255, 1, 255, true",
        "256, 60, 0, true",
        "288, 1, 32, true",
        "4351, 1, 4095, true",
        "4352, 0, 4096, false",
        "-1, 1, -1, false",
        "0, -1, 0, false",
        "10, 2147483647, 10, false"
    })
    void shouldKnowWhatLiesInConfigurationSpace(int offset, int size, int deviceOffset, boolean inside) {
        ConfigAccess access = new ConfigAccess(offset, size, 1);
        assertThat(access.isInside()).isEqualTo(inside);
        assertThat(access.deviceOffset()).isEqualTo(deviceOffset);
    }
}
