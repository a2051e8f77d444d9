// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({"0,0", "4GiB,4294967296", "512M,536870912", "2048kB,2097152", "1 TiB,1099511627776", "64k,65536"})
    void shouldReadAmountsWithUnits(String text, long bytes) {
        assertThat(ByteSize.parse("memory", text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "4", "GiB", "-1GiB", "1.5GiB", "4GiBB", "9999999999TiB", "4 G i B"})
    void shouldSayHowToWriteAnythingElse(String text) {
        assertThatThrownBy(() -> ByteSize.parse("memory", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("memory is \"" + text + "\": write an amount with its unit, for example 512MiB or 4GiB");
    }

    @ParameterizedTest
    @CsvSource({"0,0 bytes", "1,1 bytes", "4096,4 KiB", "1610612736,1536 MiB", "4294967296,4 GiB", "4097,4097 bytes"})
    void shouldWriteTheLargestUnitThatFits(long bytes, String text) {
        assertThat(ByteSize.text(bytes)).isEqualTo(text);
    }

    @Test
    void shouldReadWhatItWritesForCommands() {
        assertThat(ByteSize.parse("size", ByteSize.word(3L << 30))).isEqualTo(3L << 30);
    }
}
