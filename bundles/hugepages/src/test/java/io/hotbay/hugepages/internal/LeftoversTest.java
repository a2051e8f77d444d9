// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.memory.LeftoverFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftoversTest {
    @TempDir
    Path root;

    private static Path dead(Path instance, String... files) throws IOException {
        Files.createDirectories(instance);
        Files.createFile(instance.resolve("~lock"));
        for (String file : files) {
            Files.writeString(instance.resolve(file), "contents");
        }
        return instance;
    }

    private List<String> remove(Path... ours) throws IOException {
        return new Leftovers("hotbay")
                .remove(List.of(root), Set.of(ours)).stream()
                        .map(LeftoverFile::path)
                        .toList();
    }

    @Test
    void shouldRemoveEverythingADeadTargetLeft() throws IOException {
        Path first = dead(root.resolve("hotbay/a"), "Malloc0", "Malloc1~", "Malloc0~header", "Malloc1~header~");
        Path second = dead(root.resolve("hotbay-1000/b"), "Malloc0");
        assertThat(remove())
                .containsExactlyInAnyOrder(
                        first + "/Malloc0", first + "/Malloc1~", first + "/Malloc1~header~", second + "/Malloc0");
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void shouldTellHowMuchItHasFreed() throws IOException {
        Path instance = dead(root.resolve("hotbay/a"), "Malloc0");
        assertThat(new Leftovers("hotbay").remove(List.of(root), Set.of()))
                .containsExactly(new LeftoverFile(instance + "/Malloc0", 8, "left by a target that died"));
    }

    @Test
    void shouldNotTouchATargetThatLives() throws IOException {
        InstanceFolder live = InstanceFolder.open(root.resolve("hotbay/live"), new FoldersInMemory());
        Files.writeString(live.file("Malloc0"), "contents");
        assertThat(remove()).isEmpty();
        assertThat(live.file("Malloc0")).hasContent("contents");
        Files.delete(live.file("Malloc0"));
        live.remove();
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void shouldNotTouchWhatIsOurs() throws IOException {
        Path ours = dead(root.resolve("hotbay/ours"), "Malloc0");
        assertThat(remove(ours)).isEmpty();
        assertThat(ours.resolve("Malloc0")).exists();
    }

    @Test
    void shouldNotTouchForeignFilesAndFolders() throws IOException {
        Path instance = dead(root.resolve("hotbay/a"), "Malloc0", "not a lease");
        Files.createDirectory(instance.resolve("folder"));
        Files.createSymbolicLink(instance.resolve("link"), root.resolve("elsewhere"));
        dead(root.resolve("otherbay/a"), "Malloc0");
        Files.createDirectories(root.resolve("hotbay/without-lock"));
        Files.writeString(root.resolve("hotbay/without-lock/Malloc0"), "contents");
        assertThat(remove()).containsExactly(instance + "/Malloc0");
        assertThat(instance.resolve("not a lease")).exists();
        assertThat(instance.resolve("folder")).exists();
        assertThat(instance.resolve("link")).isSymbolicLink();
        assertThat(root.resolve("otherbay/a/Malloc0")).exists();
        assertThat(root.resolve("hotbay/without-lock/Malloc0")).exists();
    }
}
