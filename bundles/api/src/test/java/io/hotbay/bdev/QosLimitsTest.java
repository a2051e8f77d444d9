// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QosLimitsTest {
    @Test
    void shouldReadLimitsAmongOtherProperties() {
        QosLimits limits = QosLimits.of(Map.of(
                "size",
                "1G",
                QosLimits.RW_IOS,
                1L,
                QosLimits.R_IOS,
                "2",
                QosLimits.W_IOS,
                3,
                QosLimits.RW_MBYTES,
                " 4 ",
                QosLimits.R_MBYTES,
                5,
                QosLimits.W_MBYTES,
                6));
        assertThat(limits).isEqualTo(new QosLimits(1, 2, 3, 4, 5, 6));
        assertThat(limits.isNone()).isFalse();
        assertThat(limits)
                .hasToString("rw_ios_per_sec=1 r_ios_per_sec=2 w_ios_per_sec=3"
                        + " rw_mbytes_per_sec=4 r_mbytes_per_sec=5 w_mbytes_per_sec=6");
    }

    @Test
    void shouldLimitNothingUnlessItIsSaid() {
        assertThat(QosLimits.of(Map.of("size", "1G", QosLimits.RW_IOS, ""))).isEqualTo(QosLimits.NONE);
        assertThat(QosLimits.NONE.isNone()).isTrue();
        assertThat(QosLimits.NONE).hasToString("none");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rw_ios_per_sec | -1 | rw_ios_per_sec is -1: must be from 0 (no limit) to 1000000000",
                "w_ios_per_sec | 1000000001 | w_ios_per_sec is 1000000001: must be from 0 (no limit) to 1000000000",
                "r_mbytes_per_sec | 1000001 | r_mbytes_per_sec is 1000001: must be from 0 (no limit) to 1000000",
                "rw_mbytes_per_sec | much | rw_mbytes_per_sec is \"much\": must be a whole number"
            })
    void shouldNameTheLimitThatIsWrong(String key, String value, String message) {
        assertThatThrownBy(() -> QosLimits.of(Map.of(key, value))).hasMessage(message);
    }
}
