// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStatusTest {
    @TempDir
    Path directory;

    @Test
    void shouldAgreeWithJavaAboutAFile() throws Exception {
        Path path = Files.write(directory.resolve("f"), new byte[777]);
        FileStatus status = FileStatus.of(path);
        assertThat(status.isRegularFile()).isTrue();
        assertThat(status.isDirectory()).isFalse();
        assertThat(status.isSocket()).isFalse();
        assertThat(status.isBlockDevice()).isFalse();
        assertThat(status.size()).isEqualTo(777);
        assertThat(status.inode()).isEqualTo(Files.getAttribute(path, "unix:ino"));
        assertThat(status.device()).isEqualTo(Files.getAttribute(path, "unix:dev"));
        assertThat(status.mode()).isEqualTo(Files.getAttribute(path, "unix:mode"));
        assertThat(status.uid()).isEqualTo(Files.getAttribute(path, "unix:uid"));
        assertThat(status.gid()).isEqualTo(Files.getAttribute(path, "unix:gid"));
        assertThat(status.blockSize()).isPositive();
    }

    @Test
    void shouldTellTheNumbersOfADevice() throws Exception {
        FileStatus status = FileStatus.of(Path.of("/dev/null"));
        assertThat(status.major()).isOne();
        assertThat(status.minor()).isEqualTo(3);
        assertThat(status.rdev()).isEqualTo(Files.getAttribute(Path.of("/dev/null"), "unix:rdev"));
    }

    @Test
    void shouldNotFollowALink() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory);
        assertThat(FileStatus.of(link).isDirectory()).isFalse();
        assertThat(FileStatus.of(directory).isDirectory()).isTrue();
    }

    @Test
    void shouldSayWhenThereIsNothing() {
        assertThatThrownBy(() -> FileStatus.of(directory.resolve("nothing")))
                .isInstanceOfSatisfying(
                        LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
    }
}
