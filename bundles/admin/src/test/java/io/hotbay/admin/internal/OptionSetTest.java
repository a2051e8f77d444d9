// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OptionSetTest {
    private final OptionSet malloc = new FakeCatalogue().bdevOptions("malloc").orElseThrow();

    @Test
    void shouldTypeWhatIsGivenInItsOwnOrder() throws OptionException {
        assertThat(malloc.convert(Map.of("block_size", "4096", "size", "64MiB")))
                .containsExactly(Map.entry("size", "64MiB"), Map.entry("block_size", 4096));
    }

    @Test
    void shouldListTheOptionsWhenOneIsUnknown() {
        assertThatThrownBy(() -> malloc.convert(Map.of("size", "1M", "blocksize", "512")))
                .isInstanceOf(OptionException.class)
                .hasMessage("blocksize is no option of malloc bdevs: use size, block_size");
    }

    @Test
    void shouldAskForWhatIsMissing() {
        Map<String, Object> nothing = new HashMap<>();
        nothing.put("size", null);
        assertThatThrownBy(() -> malloc.convert(nothing)).hasMessage("size is missing: malloc bdevs need it");
    }

    @Test
    void shouldNameTheOptionWhoseValueIsWrong() {
        assertThatThrownBy(() -> malloc.convert(Map.of("size", "1M", "block_size", "x")))
                .isInstanceOfSatisfying(OptionException.class, e -> {
                    assertThat(e.option()).isEqualTo("block_size");
                    assertThat(e.getMessage()).isEqualTo("block_size must be a whole number, not \"x\"");
                });
    }

    @Test
    void shouldCompareWithDefaults() {
        assertThat(malloc.same(Map.of("size", "1M"), Map.of("size", "1M", "block_size", 512)))
                .isTrue();
        assertThat(malloc.same(Map.of("size", "1M"), Map.of("size", "2M"))).isFalse();
        assertThat(malloc.same(Map.of("size", "1M", "left_over", 1), Map.of("size", "1M")))
                .isFalse();
    }

    @Test
    void shouldSeeThatAComponentHasTakenItsOptions() {
        Map<String, Object> running = Map.of("size", "1M", "block_size", 512, "service.id", 7L);
        assertThat(malloc.shows(running, Map.of("size", "1M"))).isTrue();
        assertThat(malloc.shows(running, Map.of("size", "1M", "block_size", 4096)))
                .isFalse();
    }
}
