// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.target.TargetException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResizeTest {
    private static final String MALLOC0 = "io.hotbay.bdev.malloc~Malloc0";

    private final FakeFramework framework = new FakeFramework();
    private final ConfiguredTarget target = framework.target();

    @BeforeEach
    void create() throws TargetException {
        target.createBdev("malloc", "Malloc0", Map.of("size", "64MiB", "block_size", "4096"));
        framework.history.clear();
    }

    private Map<String, Object> configuration() {
        return framework.configurations.get(MALLOC0);
    }

    private void assertRefused(String size, boolean force, String message) {
        Map<String, Object> before = new HashMap<>(configuration());
        assertThatThrownBy(() -> target.resizeBdev("Malloc0", size, force))
                .isInstanceOf(TargetException.class)
                .hasMessage(message);
        assertThat(configuration()).isEqualTo(before);
    }

    @Test
    void shouldChangeTheSizeAndNothingElse() throws TargetException {
        configuration().put("felix.fileinstall.filename", "file:/x.cfg");
        Map<String, Object> expected = new HashMap<>(configuration());
        expected.put("size", "128MiB");
        target.resizeBdev("Malloc0", " 128MiB", false);
        assertThat(configuration()).isEqualTo(expected);
        expected.put("size", "4096");
        target.resizeBdev("Malloc0", "4096", false);
        assertThat(configuration()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"64MiB", "65536 KiB", "67108864"})
    void shouldTouchNothingWhenItHasTheSize(String size) throws TargetException {
        target.resizeBdev("Malloc0", size, false);
        assertThat(framework.history).isEmpty();
    }

    @Test
    void shouldCutContentsOffOnlyByForceAndForOneSize() throws TargetException {
        framework.dataEnd = (32 << 20) + 5;
        assertRefused(
                "32MiB",
                false,
                "bdev Malloc0 has contents up to byte 33554437, beyond 32 MiB (33554432 bytes): use 33558528 or more,"
                        + " shrink what is on the disk first, or lose what lies beyond with --force");
        target.resizeBdev("Malloc0", "33558528", false);
        assertThat(configuration()).doesNotContainKey("hotbay.bdev.cut");
        target.resizeBdev("Malloc0", "32MiB", true);
        assertThat(configuration()).containsEntry("size", "32MiB").containsEntry("hotbay.bdev.cut", "32MiB");
        target.resizeBdev("Malloc0", "64MiB", false);
        assertThat(configuration()).containsEntry("size", "64MiB").doesNotContainKey("hotbay.bdev.cut");
    }

    @Test
    void shouldUndoASizeThatTheBdevDoesNotTake() {
        assertRefused("2GiB", true, "bdev Malloc0: no room for so much");
        assertThat(framework.history).containsExactly("put " + MALLOC0, "put " + MALLOC0);
    }

    @Test
    void shouldRefuseSizesThatCannotBe() {
        assertRefused(
                "0",
                true,
                "bdev Malloc0 cannot have 0 bytes: a size must be at least one block and a multiple of the block size"
                        + " (4096); use, for example, 4096");
        assertRefused(
                "10000",
                false,
                "bdev Malloc0 cannot have 10000 bytes: a size must be at least one block and a multiple of the block"
                        + " size (4096); use, for example, 8192");
        assertRefused(
                "much",
                false,
                "bdev Malloc0: size \"much\" is no size: write a number of bytes, or one with a unit such as 64MiB or"
                        + " 1G");
        assertThat(framework.history).isEmpty();
    }

    @Test
    void shouldRefuseToShrinkWithoutForceWhatCannotTellItsContents() throws TargetException {
        target.createBdev("null", "Null0", Map.of("size", "1M"));
        assertThatThrownBy(() -> target.resizeBdev("Null0", "512K", false))
                .hasMessage("bdev Null0 cannot tell whether it has contents beyond 512 KiB: if they may be lost, use"
                        + " --force");
        target.resizeBdev("Null0", "2M", false);
        target.resizeBdev("Null0", "512K", true);
    }

    @Test
    void shouldSayWhichBdevsThereAreAndWhichHaveNoSize() {
        assertThatThrownBy(() -> target.resizeBdev("Malloc9", "1M", false))
                .hasMessage("bdev \"Malloc9\" does not exist: use Malloc0");
        Stored stored = new Stored(
                "io.hotbay.bdev.uring~U0",
                new HashMap<>(Map.of("service.factoryPid", "io.hotbay.bdev.uring", "hotbay.bdev.name", "U0")));
        OptionSet options = new OptionSet("uring bdevs", List.of());
        assertThatThrownBy(() -> Resize.of(stored, Optional.of(options), "1M", false))
                .hasMessage("bdev U0 cannot be resized: bdevs of type uring have no option size, their size is that of"
                        + " what they stand on");
        assertThatThrownBy(() -> Resize.of(stored, Optional.empty(), "1M", false))
                .hasMessage("bdev U0 cannot be resized: no bundle with the type uring is started");
    }
}
