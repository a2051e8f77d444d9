// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SectorPattern;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Files of which a start cannot know that they are what an earlier life left: none is taken for a disk's memory, none is written
 * to, the disk it is about does not come up and says why, others do.
 */
class ForeignLeaseTest {
    private static final int BLOCK = 4096;
    private static final String DISK = "bdev-M0";
    private static final String CREATE = "bdev:create malloc M0 size=1MiB block_size=4096; vhost:create-blk v0 M0;"
            + " bdev:create malloc M1 size=1MiB block_size=4096; vhost:create-blk v1 M1";

    private Product product;
    private Path lease;
    private Path header;

    @BeforeEach
    void killAfterAWrite() throws Exception {
        product = new Product();
        // Of no use for this disk, so its memory is an ordinary file, which a test can write and truncate as it likes.
        product.start(
                "-c",
                product.write("c.json", "{\"hugepages\": {\"page_size\": \"1GiB\"}}")
                        .toString());
        product.execute(CREATE);
        for (String disk : List.of("v0", "v1")) {
            try (FrontendSession session = FrontendProfile.QEMU_10.open(product.socket(disk))) {
                assertThat(session.driver(0)
                                .write(8, SectorPattern.of(8, BLOCK, 5))
                                .isOk())
                        .isTrue();
            }
        }
        lease = mapped(DISK);
        header = Path.of("/dev/shm/hotbay")
                .resolve(lease.getParent().getFileName())
                .resolve(DISK + "~header");
        assertThat(header).exists();
        product.kill();
    }

    @AfterEach
    void removeProduct() throws Exception {
        if (product.process().isAlive()) {
            product.execute("hugepages:clean");
            product.stop();
        }
        product.close();
        Files.deleteIfExists(lease);
        Files.deleteIfExists(header);
    }

    /** Where the running target has the memory of a disk. */
    private Path mapped(String name) throws IOException {
        Path maps = Path.of("/proc/" + product.process().pid() + "/maps");
        try (Stream<String> lines = Files.lines(maps)) {
            return lines.filter(line -> line.endsWith("/" + name))
                    .map(line -> Path.of(line.substring(line.indexOf('/'))))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void shouldLeaveAForeignFileWithoutHeaderAlone() throws Exception {
        Files.delete(lease);
        Files.delete(header);
        Files.writeString(lease, "precious");
        assertRefused("it has no header", "precious".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void shouldLeaveATruncatedLeaseAlone() throws Exception {
        byte[] before = truncate(lease, BLOCK);
        assertRefused("it has 4096 bytes, its header tells of ", before);
    }

    @Test
    void shouldLeaveALeaseWithATornHeaderAlone() throws Exception {
        byte[] before = Files.readAllBytes(lease);
        truncate(header, 40);
        assertRefused("its header " + header, before);
    }

    private static byte[] truncate(Path file, int length) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(length);
        }
        return Files.readAllBytes(file);
    }

    private void assertRefused(String reason, byte[] untouched) throws Exception {
        startWithoutM0();
        assertThat(product.log()).contains(lease + " cannot be taken up: ").contains(reason);
        assertThat(Files.readAllBytes(lease)).isEqualTo(untouched);
        assertContent("v1");
        product.kill();
        assertThat(Files.readAllBytes(lease)).isEqualTo(untouched);
    }

    /** There is no waiting for a target that is complete, as it never will be. */
    private void startWithoutM0() throws IOException, InterruptedException {
        product.startWithoutWaiting();
        Product.await(
                "the disk that has its memory",
                () -> product.exec("vhost:list").out().matches("(?s).*v1 +blk +M1 +listening .*"),
                product::log);
        assertThat(product.execute("vhost:list")).doesNotContainPattern("v0 +blk +M0 +listening");
        product.execute("bdev:create malloc Again size=1MiB block_size=4096");
    }

    private void assertContent(String disk) throws IOException {
        try (FrontendSession session = FrontendProfile.QEMU_10.open(product.socket(disk))) {
            assertThat(session.driver(0).read(8, BLOCK).data()).isEqualTo(SectorPattern.of(8, BLOCK, 5));
        }
    }
}
