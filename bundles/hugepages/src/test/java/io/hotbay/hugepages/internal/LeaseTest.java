// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.hugepages.internal.Lease.Origin;
import io.hotbay.linux.Descriptor;
import io.hotbay.linux.Mapping;
import io.hotbay.linux.Memfd;
import io.hotbay.memory.MemoryRegion;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeaseTest {
    @Test
    void shouldShowALongLeaseThroughWindowsThatDoNotOverlap() throws IOException {
        long size = 2L * MemoryRegion.STRIDE + 512;
        long length = 2L * MemoryRegion.STRIDE + 4096;
        try (Descriptor file = Memfd.create("sparse", length);
                Mapping mapping = Mapping.of(file, 0, length)) {
            LeaseHeader header =
                    new LeaseHeader("big", Path.of("/x/big"), 1, size, length, 4096, -1, UUID.randomUUID());
            Lease lease = new Lease(header, Origin.ASKED_FOR, mapping);
            assertThat(lease.windows()).isEqualTo(3);
            assertThat(lease.window(0).capacity()).isEqualTo(MemoryRegion.STRIDE);
            assertThat(lease.window(1).capacity()).isEqualTo(MemoryRegion.STRIDE);
            assertThat(lease.window(2).capacity()).isEqualTo(512);
            assertThat(lease.window(2).order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
            lease.window(1).putInt(0, 0x01020304);
            assertThat(mapping.window(MemoryRegion.STRIDE, 4).getInt(0)).isEqualTo(0x01020304);
            assertThatThrownBy(() -> lease.window(3)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Malloc0", "a", "..a", "A.b_c-9", ".lock"})
    void shouldAcceptNamesOfPlainFiles(String name) {
        assertThat(LeaseName.check(name)).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "a b", "a~", "\u00e9", "a\n"})
    void shouldRefuseOtherNames(String name) {
        assertThatThrownBy(() -> LeaseName.check(name)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldRefuseANameOfMoreThanTwoHundredLetters() {
        assertThat(LeaseName.isValid("x".repeat(200))).isTrue();
        assertThat(LeaseName.isValid("x".repeat(201))).isFalse();
    }
}
