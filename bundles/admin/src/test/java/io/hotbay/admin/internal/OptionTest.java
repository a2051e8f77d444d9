// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionTest {
    private final Option blockSize = FakeCatalogue.ranged("block_size", "512", 512, 65536);
    private final Option level =
            new Option("level", ValueType.STRING, 0, "", false, List.of("INFO", "DEBUG"), "", text -> "");

    @Test
    void shouldConvertTextAndJsonNumbersAlike() {
        assertThat(blockSize.convert("4096")).isEqualTo(4096);
        assertThat(blockSize.convert(new BigDecimal("4096"))).isEqualTo(4096);
        assertThat(blockSize.convert(new BigDecimal("4.096e3"))).isEqualTo(4096);
        assertThat(blockSize.convert(4096L)).isEqualTo(4096);
    }

    @Test
    void shouldRefuseWhatIsOutOfRange() {
        assertThatThrownBy(() -> blockSize.convert("100")).hasMessage("must be from 512 to 65536, not 100");
        assertThatThrownBy(() -> blockSize.convert(new BigDecimal("512.5"))).hasMessageContaining("whole number");
    }

    @Test
    void shouldFindAChoiceInAnyCase() {
        assertThat(level.convert("debug")).isEqualTo("DEBUG");
        assertThat(level.convert("")).isEqualTo("");
        assertThatThrownBy(() -> level.convert("loud")).hasMessage("must be one of INFO, DEBUG, not \"loud\"");
    }

    @Test
    void shouldMakeArraysAndCollections() {
        Option array = new Option("a", ValueType.INTEGER, 10, "", false, List.of(), "", text -> "");
        Option collection = new Option("c", ValueType.STRING, -10, "", false, List.of(), "", text -> "");
        assertThat(array.convert("1, 2")).isEqualTo(new Integer[] {1, 2});
        assertThat(array.convert(List.of(new BigDecimal(3)))).isEqualTo(new Integer[] {3});
        assertThat(array.convert("")).isEqualTo(new Integer[0]);
        assertThat(collection.convert("x,y")).isEqualTo(List.of("x", "y"));
        assertThat(array.same(new Integer[] {1}, "1")).isTrue();
        assertThat(array.same(new Integer[] {1}, "2")).isFalse();
    }

    @Test
    void shouldRefuseSeveralValuesWhereOneIsWanted() {
        assertThatThrownBy(() -> blockSize.convert(List.of(1))).hasMessage("must be one integer");
    }

    @Test
    void shouldTakeAMissingValueForTheDefault() {
        assertThat(blockSize.same(null, 512)).isTrue();
        assertThat(blockSize.same("512", 512L)).isTrue();
        assertThat(blockSize.same(null, 4096)).isFalse();
        assertThat(level.same(null, null)).isTrue();
    }
}
