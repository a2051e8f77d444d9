// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeviceNumberTest {
    @Test
    void shouldPackAsTheCLibraryDoes() {
        assertThat(DeviceNumber.of(241, 0)).isEqualTo(0xf100);
        assertThat(DeviceNumber.of(8, 17)).isEqualTo(0x811);
        assertThat(DeviceNumber.of(0x12345678, 0x9abcdef0)).isEqualTo(0x123459abcde678f0L);
    }

    @Test
    void shouldUnpackWhatItPacked() {
        long device = DeviceNumber.of(0x12345678, 0x9abcdef0);
        assertThat(DeviceNumber.major(device)).isEqualTo(0x12345678);
        assertThat(DeviceNumber.minor(device)).isEqualTo(0x9abcdef0);
    }
}
