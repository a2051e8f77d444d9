// SPDX-License-Identifier: Apache-2.0
package io.hotbay.upgrade.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.keeper.Keeper;
import io.hotbay.keeper.Kept;
import io.hotbay.linux.Descriptor;
import io.hotbay.linux.Memfd;
import io.hotbay.linux.UnixConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What one process leaves arrives in the other as it was, or not at all. */
class EstateTest {
    private static final int MANY = 700;

    private final MapKeeper keeper = new MapKeeper();

    /** The keeper, as a map. */
    private static final class MapKeeper implements Keeper {
        private final Map<String, Kept> all = new HashMap<>();

        @Override
        public void keep(String name, Kept kept) {
            all.put(name, kept);
        }

        @Override
        public Optional<Kept> take(String name) {
            return Optional.ofNullable(all.remove(name));
        }

        @Override
        public Set<String> names() {
            return Set.copyOf(all.keySet());
        }
    }

    private static Map<String, Object> facts() {
        return Map.of(
                "text",
                "ä\0",
                "yes",
                true,
                "no",
                false,
                "number",
                -1,
                "large",
                Long.MIN_VALUE,
                "bytes",
                new byte[] {0, -1},
                "list",
                List.of(1, "two", List.of()),
                "map",
                Map.of("a", Map.of()));
    }

    private static Descriptor file(int size) throws IOException {
        return Memfd.create("hotbay-test", size);
    }

    private Estate estate(int descriptors) throws IOException {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < descriptors; i++) {
            numbers.add(file(i + 1).release());
        }
        keeper.keep("a session", new Kept(facts(), numbers));
        keeper.keep("nothing", new Kept(Map.of(), List.of()));
        return Estate.takeFrom(keeper);
    }

    private static List<Descriptor> duplicates(Estate estate) throws IOException {
        List<Descriptor> duplicates = new ArrayList<>();
        for (Descriptor each : estate.descriptors()) {
            duplicates.add(each.duplicate());
        }
        return duplicates;
    }

    private void assertArrived(int descriptors) throws IOException {
        assertThat(keeper.names()).containsExactlyInAnyOrder("a session", "nothing");
        Kept kept = keeper.take("a session").orElseThrow();
        assertThat(kept.facts()).usingRecursiveComparison().isEqualTo(facts());
        assertThat(kept.descriptors()).hasSize(descriptors);
        for (int i = 0; i < descriptors; i++) {
            try (Descriptor each = Descriptor.adopt(kept.descriptors().get(i))) {
                assertThat(each.status().size()).isEqualTo(i + 1);
            }
        }
    }

    @Test
    void shouldArriveOverASocketWithManyDescriptors() throws Exception {
        UnixConnection[] ends = UnixConnection.pair();
        try (Estate estate = estate(MANY);
                HandOverConnection here = new HandOverConnection(ends[0]);
                HandOverConnection there = new HandOverConnection(ends[1])) {
            CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
                try {
                    here.send(estate);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            there.receiveEstate().giveTo(keeper);
            sent.join();
        }
        assertArrived(MANY);
    }

    @Test
    void shouldRefuseEveryDamage() throws Exception {
        try (Estate estate = estate(2)) {
            byte[] bytes = estate.bytes();
            for (int at = 0; at < bytes.length; at++) {
                byte[] damaged = bytes.clone();
                damaged[at] ^= 0x10;
                List<Descriptor> received = duplicates(estate);
                assertThatThrownBy(() -> Estate.of(damaged, received)).isInstanceOf(IOException.class);
                assertThat(received).noneMatch(Descriptor::isOpen);
            }
        }
    }

    @Test
    void shouldRefuseWhatIsNotComplete() throws Exception {
        try (Estate estate = estate(2)) {
            byte[] bytes = estate.bytes();
            List<Descriptor> one = new ArrayList<>(duplicates(estate));
            one.remove(1).close();
            assertThatThrownBy(() -> Estate.of(bytes, one)).hasMessage("of 2 descriptors 1 arrived");
            assertThat(one).noneMatch(Descriptor::isOpen);
        }
    }

    @Test
    void shouldRefuseAnotherVersion() throws Exception {
        try (Estate estate = estate(0)) {
            byte[] bytes = estate.bytes();
            ByteBuffer.wrap(bytes).putInt(Long.BYTES, 2);
            assertThatThrownBy(() -> Estate.of(bytes, List.of()))
                    .hasMessage("what was handed over has version 2, 1 is understood");
        }
    }

    @Test
    void shouldNotBelieveFigures() {
        for (String hostile :
                List.of("L\u007f\u00ff\u00ff\u00ff", "s\u00ff\u00ff\u00ff\u00ff", "M\0\0\0\2i", "?", "")) {
            byte[] bytes = hostile.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
            assertThatThrownBy(() -> FactsReader.read(ByteBuffer.wrap(bytes)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("damaged");
        }
        byte[] deep = "L\0\0\0\1".repeat(100).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> FactsReader.read(ByteBuffer.wrap(deep))).hasMessageContaining("too deep");
    }

    @Test
    void shouldFindDuplicatesAmongDescriptors() throws Exception {
        try (Descriptor one = file(1);
                Descriptor duplicate = one.duplicate();
                Descriptor another = file(1)) {
            assertThat(one.isSameOpenFile(duplicate)).isTrue();
            assertThat(one.isSameOpenFile(another)).isFalse();
        }
    }
}
