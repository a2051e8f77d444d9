// SPDX-License-Identifier: Apache-2.0
package io.hotbay.keeper.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.hotbay.keeper.Kept;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class MemoryKeeperTest {
    private final Map<String, Object> all = new ConcurrentHashMap<>(Map.of("", "the service"));
    private final MemoryKeeper keeper = new MemoryKeeper(all);

    @Test
    void shouldHandOverOnce() {
        Kept kept = new Kept(Map.of("base", 7), List.of(12, 13));
        keeper.keep("vhostblk0", kept);

        assertThat(keeper.names()).containsExactly("vhostblk0");
        assertThat(keeper.take("vhostblk0")).contains(kept);
        assertThat(keeper.take("vhostblk0")).isEmpty();
        assertThat(keeper.names()).isEmpty();
        assertThat(all).containsOnlyKeys("");
    }

    @Test
    void shouldHandOverWhatAFormerLifeHasKeptAndNothingElse() {
        Kept kept = new Kept(Map.of("base", 7), List.of(12, 13));
        keeper.keep("vhostblk0", kept);
        MemoryKeeper next = new MemoryKeeper(all);

        assertThat(next.take("")).isEmpty();
        assertThat(next.names()).containsExactly("vhostblk0");
        assertThat(next.take("vhostblk0")).contains(kept);
    }

    @Test
    void shouldKeepNoClassOfItsOwn() {
        keeper.keep("vhostblk0", new Kept(Map.of("base", 7), List.of(12)));

        assertThat(all.get("vhostblk0").getClass().getClassLoader()).isNull();
        assertThat((List<?>) all.get("vhostblk0"))
                .allSatisfy(part -> assertThat(part.getClass().getClassLoader()).isNull());
    }

    @Test
    void shouldTakeNestedFacts() {
        Map<String, Object> facts = Map.of(
                "rings", List.of(Map.of("size", 128, "enabled", true, "address", 4096L)), "config", new byte[60]);

        assertThat(new Kept(facts, List.of()).facts()).containsOnlyKeys("rings", "config");
    }

    @Test
    void shouldRefuseFactsThatWouldKeepAClassAlive() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Kept(Map.of("ring", Map.of("id", UUID.randomUUID())), List.of()))
                .withMessageContaining("ring id")
                .withMessageContaining("java.util.UUID");
    }
}
