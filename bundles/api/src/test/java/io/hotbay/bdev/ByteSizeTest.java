// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "512, 512",
        "4096B, 4096",
        "4K, 4096",
        "4kb, 4096",
        "4KiB, 4096",
        "64M, 67108864",
        "64MB, 67108864",
        "64MiB, 67108864",
        "64 MiB, 67108864",
        "1G, 1073741824",
        "1.5g, 1610612736",
        "2TiB, 2199023255552",
        "' 16 mib ', 16777216",
        "9223372036854775807, 9223372036854775807"
    })
    void shouldReadSizesInUnitsOf1024(String text, long bytes) {
        assertThat(ByteSize.parse(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "M",
                "-1",
                "1e3",
                "0x10",
                "1.5",
                "1,5G",
                "10 bytes",
                "64MiB64",
                "64iM",
                "9223372036854775808",
                "8388608T",
                "99999999999999999999"
            })
    void shouldRefuseWhatIsNoWholeNumberOfBytes(String text) {
        assertThatThrownBy(() -> ByteSize.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "\"" + text + "\" is no size: write a number of bytes, or one with a unit such as 64MiB or 1G");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "512, 512 B",
        "1536, 1536 B",
        "4096, 4 KiB",
        "67108864, 64 MiB",
        "1073741824, 1 GiB",
        "1074790400, 1025 MiB",
        "1099511627776, 1 TiB",
        "100000000, 95.4 MiB",
        "10000, 9.8 KiB",
        "-4096, -4 KiB",
        "9223372036854775807, 8388608.0 TiB"
    })
    void shouldWriteTheLargestUnitThatIsExactOrElseRound(long bytes, String text) {
        assertThat(ByteSize.format(bytes)).isEqualTo(text);
    }

    @Test
    void shouldReadWhatItWroteExactly() {
        assertThat(ByteSize.parse(ByteSize.format(3L << 40))).isEqualTo(3L << 40);
    }
}
