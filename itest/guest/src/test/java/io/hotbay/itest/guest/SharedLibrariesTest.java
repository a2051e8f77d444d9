// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharedLibrariesTest {
    @Test
    void shouldFindLibrariesAndTheDynamicLinker() {
        assertThat(SharedLibraries.parse(List.of(
                        "\tlinux-vdso.so.1 (0x00007f75dd9dd000)",
                        "\tlibz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x00007f75dd99f000)",
                        "\t/lib64/ld-linux-x86-64.so.2 (0x00007f75dd9df000)")))
                .containsExactly(Path.of("/lib/x86_64-linux-gnu/libz.so.1"), Path.of("/lib64/ld-linux-x86-64.so.2"));
    }

    @Test
    void shouldNameAMissingLibrary() {
        assertThatThrownBy(() -> SharedLibraries.parse(List.of("\tlibaio.so.1 => not found")))
                .isInstanceOf(GuestFailure.class)
                .hasMessageContaining("libaio.so.1");
    }
}
