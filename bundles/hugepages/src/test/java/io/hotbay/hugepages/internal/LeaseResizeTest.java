// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import static io.hotbay.hugepages.internal.FakeMachine.GIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.memory.MemoryLease;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseResizeTest {
    @TempDir
    Path root;

    private LeaseFixture fixture;
    private MemoryLease before;

    @BeforeEach
    void start() throws IOException {
        fixture = new LeaseFixture(root);
        before = fixture.allocator.lease("disk", 5000, -1);
        before.window(0).putLong(0, 41).putLong(4096, 42);
    }

    @AfterEach
    void stop() {
        fixture.allocator.end(true);
    }

    private MemoryLease resize(long size) throws IOException {
        MemoryLease resized = fixture.allocator.resize("disk", size);
        assertThat(resized.size()).isEqualTo(size);
        assertThat(resized.window(0).capacity()).isEqualTo((int) size);
        assertThat(fixture.allocator.find("disk")).containsSame(resized);
        return resized;
    }

    @Test
    void shouldGrowWithItsContentsAndZerosBehind() throws IOException {
        ByteBuffer window = resize(100_000).window(0);
        assertThat(window.getLong(0)).isEqualTo(41);
        assertThat(window.getLong(4096)).isEqualTo(42);
        assertThat(window.slice(5000, 95_000).mismatch(ByteBuffer.allocate(95_000)))
                .isEqualTo(-1);
        assertThat(fixture.file("disk")).hasSize(102_400);
        assertThat(fixture.header("disk")).contains("size=100000\nlength=102400\n");
    }

    @Test
    void shouldGrowWithinItsLastPage() throws IOException {
        ByteBuffer window = resize(8000).window(0);
        window.putLong(7992, 43);
        assertThat(before.window(0).getLong(4096)).isEqualTo(42);
        fixture.restart();
        assertThat(fixture.allocator.find("disk").orElseThrow().window(0).getLong(7992))
                .isEqualTo(43);
    }

    @Test
    void shouldShowTheSameMemoryInWindowsFromBeforeUntilItIsTrimmed() throws IOException {
        ByteBuffer old = before.window(0);
        ByteBuffer grown = resize(100_000).window(0);
        old.putLong(8, 44);
        grown.putLong(16, 45);
        assertThat(grown.getLong(8)).isEqualTo(44);
        assertThat(old.getLong(16)).isEqualTo(45);
        ByteBuffer shrunk = resize(100).window(0);
        grown.putLong(90_000, 46);
        assertThat(grown.getLong(90_000)).isEqualTo(46);
        assertThat(old.getLong(4096)).isEqualTo(42);
        assertThat(shrunk.getLong(16)).isEqualTo(45);
    }

    @Test
    void shouldGivePagesAndMappingsBackWhenTrimmed() throws IOException {
        int mappings = fixture.mappings("disk");
        resize(100_000);
        resize(200_000);
        assertThat(fixture.mappings("disk")).isEqualTo(mappings + 2);
        ByteBuffer shrunk = resize(100).window(0);
        fixture.allocator.trim("disk");
        fixture.allocator.trim("unknown");
        assertThat(fixture.mappings("disk")).isEqualTo(mappings);
        assertThat(fixture.file("disk")).hasSize(4096);
        assertThat(fixture.header("disk")).contains("size=100\nlength=4096\n");
        assertThat(shrunk.getLong(0)).isEqualTo(41);
        fixture.allocator.release("disk");
        assertThat(fixture.mappings("disk")).isEqualTo(mappings - 1);
    }

    @Test
    void shouldNotShowWhatWasCutOffWhenItGrowsAgain() throws IOException {
        resize(100);
        assertThat(resize(5000).window(0).getLong(4096)).as("not trimmed").isZero();
        before.window(0).putLong(104, 47);
        resize(100);
        fixture.allocator.trim("disk");
        assertThat(resize(5000).window(0).getLong(104)).as("in the last page").isZero();
        assertThat(resize(5000).window(0).getLong(0)).isEqualTo(41);
    }

    @Test
    void shouldKeepItsNewSizeOverARestart() throws IOException {
        resize(100_000).window(0).putLong(90_000, 48);
        fixture.restart();
        MemoryLease again = fixture.allocator.lease("disk", 100_000, -1);
        assertThat(again.window(0).getLong(90_000)).isEqualTo(48);
        assertThat(again.window(0).getLong(4096)).isEqualTo(42);
    }

    @Test
    void shouldKeepMemoryThatAnEarlierLifeInThisProcessMayStillTouch() throws IOException {
        resize(100);
        fixture.update();
        assertThat(fixture.allocator.find("disk").orElseThrow().size()).isEqualTo(100);
        before.window(0).putLong(4096, 49);
        assertThat(fixture.file("disk")).hasSize(8192);
        fixture.allocator.trim("disk");
        assertThat(fixture.file("disk")).hasSize(4096);
    }

    @Test
    void shouldChangeNothingWhenThereIsNotEnoughMemory() throws IOException {
        String header = fixture.header("disk");
        assertThatThrownBy(() -> fixture.allocator.resize("disk", 5 * GIB))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("lease \"disk\" needs 5.0 GiB, only 4 GiB of memory are available");
        assertThatThrownBy(() -> fixture.allocator.resize("disk", Long.MAX_VALUE))
                .isInstanceOf(IOException.class);
        assertThat(fixture.header("disk")).isEqualTo(header);
        assertThat(fixture.file("disk")).hasSize(8192);
        assertThat(fixture.allocator.find("disk")).containsSame(before);
    }

    @Test
    void shouldRefuseWhatCannotBeResized() throws IOException {
        assertThatThrownBy(() -> fixture.allocator.resize("disk", 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> fixture.allocator.resize("none", 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("\"none\" does not exist");
        assertThat(fixture.allocator.resize("disk", 5000)).isSameAs(before);
    }
}
