// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.keeper.Kept;
import io.hotbay.memory.MemoryLease;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is mapped, and stays mapped, when the component is started again in the same process. */
class InheritedMappingsTest {
    private static final int SIZE = 5000;

    @TempDir
    Path root;

    private LeaseFixture fixture;
    /** Of a user who goes on as if nothing had happened. */
    private ByteBuffer window;

    @BeforeEach
    void start() throws IOException {
        fixture = new LeaseFixture(root);
        window = lease().window(0);
        window.putLong(4096, 42);
    }

    @AfterEach
    void stop() {
        fixture.allocator.end(true);
    }

    private MemoryLease lease() throws IOException {
        return fixture.allocator.lease("disk", SIZE, -1);
    }

    private void assertMappings(int count) throws IOException {
        assertThat(fixture.mappings("disk")).isEqualTo(count);
    }

    @Test
    void shouldMapALeaseOnceHoweverOftenItStarts() throws IOException {
        for (int life = 0; life < 5; life++) {
            fixture.update();
            window.putLong(0, life);
            assertThat(lease().window(0).getLong(0)).isEqualTo(life);
        }
        assertThat(lease().window(0).getLong(4096)).isEqualTo(42);
        assertMappings(1);
        fixture.allocator.release("disk");
        assertMappings(0);
    }

    @Test
    void shouldGoOnWithTheLastMappingOfALeaseThatHasGrownAndUnmapTheOthersWhenItIsTrimmed() throws IOException {
        ByteBuffer grown = fixture.allocator.resize("disk", 100_000).window(0);
        fixture.allocator.resize("disk", 200_000);
        assertMappings(3);
        fixture.update();
        assertMappings(3);
        window.putLong(0, 43);
        grown.putLong(90_000, 44);
        ByteBuffer last = fixture.allocator.find("disk").orElseThrow().window(0);
        assertThat(last.getLong(0)).isEqualTo(43);
        assertThat(last.getLong(90_000)).isEqualTo(44);

        fixture.allocator.trim("disk");

        assertMappings(1);
        last.putLong(190_000, 45);
        fixture.update();
        assertThat(last.getLong(190_000)).isEqualTo(45);
        assertMappings(1);
    }

    @Test
    void shouldGoOnWithAMappingThatIsLongerThanALeaseThatHasShrunk() throws IOException {
        fixture.allocator.resize("disk", 100);
        fixture.allocator.trim("disk");
        fixture.update();
        assertMappings(1);
        assertThat(fixture.allocator.resize("disk", SIZE).window(0).capacity()).isEqualTo(SIZE);
        fixture.allocator.trim("disk");
        assertMappings(1);
    }

    @Test
    void shouldKeepMappedWhatNoLeaseTakesUpUntilALeaseOfItsNameIsTrimmed() throws IOException {
        fixture.allocator.end(false);
        Files.delete(fixture.file("disk"));
        fixture.start();
        assertThat(fixture.allocator.find("disk")).isEmpty();
        assertThat(window.getLong(4096)).isEqualTo(42);
        fixture.update();
        assertThat(lease().window(0).getLong(4096)).isZero();
        assertThat(window.getLong(4096)).isEqualTo(42);
        assertMappings(2);
        fixture.update();
        assertMappings(2);

        fixture.allocator.trim("disk");

        assertMappings(1);
        assertThat(lease().window(0).getLong(4096)).isZero();
    }

    @Test
    void shouldUnmapWhatNoLeaseHasTakenUpWhenItsNameIsReleased() throws IOException {
        fixture.allocator.end(false);
        Files.delete(fixture.file("disk"));
        fixture.start();
        fixture.allocator.release("other");
        assertMappings(1);
        fixture.allocator.release("disk");
        assertMappings(0);
    }

    @Test
    void shouldMapAnewWhatAnotherProcessHadMapped() throws IOException {
        fixture.allocator.end(false);
        List<LeftMapping> own = new ArrayList<>();
        fixture.left.change(mappings -> {
            own.addAll(mappings);
            return mappings.stream()
                    .map(each ->
                            new LeftMapping(each.lease(), each.inode(), each.address() + (1L << 30), each.length()))
                    .toList();
        });
        fixture.start();
        assertMappings(2);
        assertThat(lease().window(0).getLong(4096)).isEqualTo(42);
        fixture.allocator.end(false);
        fixture.left.change(mappings -> {
            own.addAll(mappings);
            return own;
        });
        fixture.start();
        fixture.allocator.release("disk");
        assertMappings(0);
    }

    @Test
    void shouldUnmapNothingForSomebodyWhoAsksALifeThatHasEnded() throws IOException {
        LeasedHugepages former = fixture.allocator;
        fixture.update();
        former.release("disk");
        former.trim("disk");
        assertMappings(1);
        assertThat(window.getLong(4096)).isEqualTo(42);
        assertThat(lease().window(0).getLong(4096)).isEqualTo(42);
    }

    @Test
    void shouldKeepWhatIsMappedInPlainFactsAndReadNoOthers() {
        List<LeftMapping> mappings = List.of(new LeftMapping("a", 1, 2, 3), new LeftMapping("a", 1, 4, 5));
        Map<String, Object> facts = KeptFolders.facts(mappings);
        assertThat(new Kept(facts, List.of()).facts()).isEqualTo(facts);
        assertThat(KeptFolders.mappings(facts)).isEqualTo(mappings);
        assertThat(KeptFolders.mappings(Map.of())).isEmpty();
        assertThat(KeptFolders.mappings(Map.of("mappings", List.of(1, Map.of("lease", 2), Map.of("lease", "x")))))
                .isEmpty();
    }
}
