// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.frontend.BackendChannel;
import io.hotbay.frontend.BlockConfig;
import io.hotbay.frontend.BlockRequestType;
import io.hotbay.frontend.BlockResult;
import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SectorPattern;
import io.hotbay.frontend.SessionOptions;
import io.hotbay.memory.HugepageAllocator;
import io.hotbay.target.TargetAdmin;
import io.hotbay.target.TargetException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A bdev becomes larger and smaller under a front-end that is connected. */
class ResizeTest {
    private static final int LENGTH = 4096;
    private static final int MIB = 1 << 20;
    private static final int SECTORS = MIB / 512;

    private TestTarget target;
    private FrontendSession session;

    @BeforeEach
    void connect() throws IOException {
        target = new TestTarget();
        target.configureBdev("malloc", "Disk", Map.of("size", "4MiB"));
        target.configureController("disk", "Disk");
        target.awaitListening("disk");
        session = FrontendProfile.QEMU_7_2.open(target.socket("disk"), SessionOptions.DEFAULT.withQueues(2));
        assertThat(capacity()).isEqualTo(4 * SECTORS);
    }

    @AfterEach
    void disconnect() throws IOException {
        try (TestTarget last = target) {
            session.close();
            Await.asserted(() ->
                    assertThat(last.controller("disk").status().sessions()).isEmpty());
        }
    }

    private static void resize(String size, boolean force) throws TargetException {
        Framework.service(TargetAdmin.class).resizeBdev("Disk", size, force);
    }

    private long capacity() throws IOException {
        return new BlockConfig(session.connection().getConfig(0, BlockConfig.SIZE_BEFORE_SECURE_ERASE, 0)).capacity();
    }

    private void assertToldTheCapacity(long sectors) throws IOException {
        assertThat(session.channel().hasMessage(10_000)).isTrue();
        assertThat(session.channel().receive().request()).isEqualTo(BackendChannel.CONFIG_CHANGE_MSG);
        assertThat(capacity()).isEqualTo(sectors);
        assertThat(session.channel().hasMessage(0)).isFalse();
    }

    private void write(long sector, int round) throws IOException {
        assertThat(session.driver(0)
                        .write(sector, SectorPattern.of(sector, LENGTH, round))
                        .isOk())
                .isTrue();
    }

    private void assertReads(long sector, byte[] content) throws IOException {
        BlockResult result = session.driver(0).read(sector, content.length);
        assertThat(result.isOk()).isTrue();
        assertThat(result.data()).isEqualTo(content);
    }

    @Test
    void shouldTellTheGuestThatItsDiskHasGrown() throws Exception {
        write(4 * SECTORS - 8, 1);

        resize("6MiB", false);

        assertToldTheCapacity(6 * SECTORS);
        assertReads(4 * SECTORS - 8, SectorPattern.of(4 * SECTORS - 8, LENGTH, 1));
        assertReads(4 * SECTORS, new byte[LENGTH]);
        write(6 * SECTORS - 8, 2);
        assertReads(6 * SECTORS - 8, SectorPattern.of(6 * SECTORS - 8, LENGTH, 2));
        assertThat(target.bdev("Disk").blocks()).isEqualTo(6 * SECTORS);
    }

    @Test
    void shouldShrinkBelowContentsOnlyByForce() throws Exception {
        write(3 * SECTORS, 1);
        write(0, 2);
        assertThatThrownBy(() -> resize("2MiB", false))
                .isInstanceOf(TargetException.class)
                .hasMessageContaining("bdev Disk has contents up to byte ")
                .hasMessageContaining("--force");
        assertThat(session.channel().hasMessage(0)).isFalse();
        assertThat(capacity()).isEqualTo(4 * SECTORS);
        assertReads(3 * SECTORS, SectorPattern.of(3 * SECTORS, LENGTH, 1));

        resize("2MiB", true);

        assertToldTheCapacity(2 * SECTORS);
        assertReads(0, SectorPattern.of(0, LENGTH, 2));
        assertThat(session.driver(0).read(2 * SECTORS, LENGTH).isOk()).isFalse();
        assertThat(session.driver(0)
                        .execute(BlockRequestType.OUT, 3 * SECTORS, new byte[LENGTH])
                        .isOk())
                .isFalse();

        resize("4MiB", false);

        assertToldTheCapacity(4 * SECTORS);
        assertReads(3 * SECTORS, new byte[LENGTH]);
    }

    @Test
    void shouldGoOnAsItWasWhenThereIsNotEnoughMemory() throws Exception {
        write(0, 1);
        assertThatThrownBy(() -> resize("1000TiB", false))
                .isInstanceOf(TargetException.class)
                .hasMessageContaining("needs");
        assertThat(capacity()).isEqualTo(4 * SECTORS);
        assertReads(0, SectorPattern.of(0, LENGTH, 1));
        assertThat(Framework.service(TargetAdmin.class).save()).contains("\"size\": \"4MiB\"");
    }

    @Test
    void shouldLoseNoRequestAndNoMemoryWhileItIsResizedUnderLoad() throws Exception {
        AtomicBoolean ending = new AtomicBoolean();
        AtomicInteger rounds = new AtomicInteger();
        CompletableFuture<Void> load = CompletableFuture.runAsync(() -> {
            try {
                while (!ending.get()) {
                    long sector = rounds.get() % 64 * 8L;
                    write(sector, rounds.get());
                    assertReads(sector, SectorPattern.of(sector, LENGTH, rounds.get()));
                    rounds.incrementAndGet();
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        for (String size : new String[] {"8MiB", "2MiB", "16MiB", "1MiB", "4MiB"}) {
            int before = rounds.get();
            resize(size, false);
            Await.asserted(
                    () -> assertThat(load.isDone() || rounds.get() > before + 5).isTrue());
        }
        ending.set(true);
        load.get();
        assertThat(Framework.service(HugepageAllocator.class)
                        .find("bdev-Disk")
                        .orElseThrow()
                        .size())
                .isEqualTo(4 * MIB);
        assertThat(target.awaitListening("disk").sessions()).singleElement().satisfies(status -> assertThat(status.id())
                .isZero());
    }

    @Test
    void shouldKeepItsSizeAndContentsWhenItsBundleIsRestarted() throws Exception {
        resize("6MiB", false);
        assertToldTheCapacity(6 * SECTORS);
        write(5 * SECTORS, 1);

        Framework.stop("bdev-malloc");
        Framework.start("bdev-malloc");

        assertReads(5 * SECTORS, SectorPattern.of(5 * SECTORS, LENGTH, 1));
        assertThat(target.bdev("Disk").blocks()).isEqualTo(6 * SECTORS);
    }
}
