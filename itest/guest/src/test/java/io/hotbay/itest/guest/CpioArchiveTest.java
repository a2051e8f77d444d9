// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpioArchiveTest {
    @TempDir
    Path directory;

    @Test
    void shouldBeUnpackedByCpio() throws IOException {
        Path file = directory.resolve("archive");
        byte[] odd = "odd".getBytes();
        try (CpioArchive archive = new CpioArchive(Files.newOutputStream(file))) {
            archive.file("a/deep/file", 0755, odd);
            archive.file("a/other", 0644, new byte[8192]);
            archive.link("a/link", "deep/file");
            archive.directory("empty");
        }

        ShellCommand.output(List.of("sh", "-c", "cd " + directory + " && cpio -id --quiet <archive"));

        assertThat(directory.resolve("a/deep/file")).hasBinaryContent(odd).isExecutable();
        assertThat(directory.resolve("a/other")).hasBinaryContent(new byte[8192]);
        assertThat(directory.resolve("a/link")).isSymbolicLink().hasBinaryContent(odd);
        assertThat(directory.resolve("empty")).isEmptyDirectory();
    }
}
