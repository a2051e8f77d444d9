// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SectorPattern;
import io.hotbay.frontend.SessionOptions;
import io.hotbay.memory.HugepageAllocator;
import io.hotbay.memory.MemoryLease;
import io.hotbay.target.BdevSuccession;
import io.hotbay.target.MigrationStatus;
import io.hotbay.target.MigrationStatus.State;
import io.hotbay.target.Migrations;
import io.hotbay.target.TargetAdmin;
import io.hotbay.target.TargetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A bdev goes to another backend under a front-end that writes and verifies: it notices nothing. */
class MigrateTest {
    private static final int LENGTH = 4096;
    private static final int SIZE = 16 << 20;
    /** Slow enough that a migration lasts as long as a test wants. */
    private static final long SLOW = 1 << 20;

    private TestTarget target;
    private FrontendSession session;

    @BeforeEach
    void connect() throws IOException {
        target = new TestTarget();
        target.configureBdev("malloc", "Moved", Map.of("size", Integer.toString(SIZE)));
        target.configureController("moved", "Moved");
        target.awaitListening("moved");
        session = FrontendProfile.QEMU_7_2.open(target.socket("moved"), SessionOptions.DEFAULT.withQueues(2));
        for (long sector : List.of(2048L, 16_000L, 32_760L)) {
            assertThat(session.driver(0).write(sector, content(sector)).isOk()).isTrue();
        }
    }

    @AfterEach
    void disconnect() throws IOException {
        try (TestTarget last = target) {
            session.close();
            Framework.startAll();
            for (MigrationStatus each : migrations().all()) {
                if (!each.isOver()) {
                    cancel();
                }
            }
            Files.deleteIfExists(target.file("disk.img"));
        }
    }

    private static void cancel() throws IOException {
        try {
            migrations().cancel("Moved");
        } catch (TargetException e) {
            throw new IOException(e);
        }
    }

    private static byte[] content(long sector) {
        return SectorPattern.of(sector, LENGTH, 77);
    }

    private static Migrations migrations() {
        return Framework.service(Migrations.class);
    }

    private Path file() {
        return target.file("disk.img");
    }

    private static MigrationStatus last() {
        List<MigrationStatus> all = migrations().all();
        return all.get(all.size() - 1);
    }

    private static void awaitState(State state) {
        Await.asserted(() -> assertThat(last().state()).as(last().reason()).isEqualTo(state));
    }

    private void assertContents() throws IOException {
        for (long sector : List.of(2048L, 16_000L, 32_760L)) {
            assertThat(session.driver(1).read(sector, LENGTH).data()).isEqualTo(content(sector));
        }
        assertThat(target.awaitListening("moved").sessions())
                .singleElement()
                .satisfies(status -> assertThat(status.id()).isZero());
    }

    /** There is one bdev of a type, and nothing beside it. */
    private static void assertOnly(String type) {
        Await.asserted(() -> assertThat(Framework.references(BlockDevice.class, "(hotbay.bdev.name=*)"))
                .singleElement()
                .satisfies(bdev -> {
                    assertThat(bdev.getProperty(BlockDevice.NAME)).isEqualTo("Moved");
                    assertThat(bdev.getProperty(BlockDevice.TYPE)).isEqualTo(type);
                    assertThat(bdev.getProperty(BlockDevice.MIRROR)).isNull();
                    assertThat(bdev.getProperty(BlockDevice.MIGRATION)).isNull();
                }));
    }

    private static List<String> leases() {
        return Framework.service(HugepageAllocator.class).leases().stream()
                .map(MemoryLease::name)
                .toList();
    }

    @Test
    void shouldMoveADiskBackAndForthUnderLoad() throws Exception {
        try (Shell shell = new Shell();
                Load load = new Load(session)) {
            load.awaitProgress();
            assertThat(shell.run("bdev:migrate Moved file " + file()))
                    .contains("Moved: ")
                    .containsPattern(
                            "Moved is a uring bdev now: 2 rings paused, \\d+ requests? waited, at most (?!0\\.0)\\d+\\.\\d ms");
            load.awaitProgress();
            assertOnly("uring");
            assertThat(leases()).isEmpty();

            assertThat(shell.run("bdev:migrate Moved malloc")).contains("Moved is a malloc bdev now");
            load.awaitProgress();
            assertOnly("malloc");
            assertThat(leases()).hasSize(1);

            // once more within the same type
            assertThat(shell.run("bdev:migrate Moved malloc")).contains("Moved is a malloc bdev now");
            load.awaitProgress();
            assertOnly("malloc");
            assertThat(leases()).hasSize(1);
            assertThat(shell.run("bdev:migrations")).containsPattern("Moved +malloc +uring +done +100%");
            assertThat(shell.run("bdev:migrations --json"))
                    .containsPattern("\"state\": \"done\"(?s).*\"rings\": 2,\\s+\"requests\": \\d+");
        }
        assertContents();
        Framework.stop("bdev-malloc");
        Framework.start("bdev-malloc");
        assertContents();
    }

    @Test
    void shouldLeaveEverythingAsItWasWhenItIsCalledOff() throws Exception {
        try (Shell shell = new Shell();
                Load load = new Load(session)) {
            migrations().start("Moved", "malloc", Map.of(), SLOW, false);
            load.awaitProgress();
            assertThat(shell.run("bdev:migrations")).containsPattern("Moved +malloc +malloc +copying +\\d+%");
            assertThat(shell.run("target:save")).contains("Moved").doesNotContain("migrating");
            String under =
                    "bdev Moved is being migrated: wait until that is over \\(bdev:migrations\\), or call it off with"
                            + " bdev:migrate --cancel Moved";
            assertThatThrownBy(() -> shell.run("bdev:migrate Moved malloc"))
                    .hasMessageMatching("(?s).*" + under + ".*");
            assertThatThrownBy(() -> shell.run("bdev:resize Moved 32MiB")).hasMessageMatching("(?s).*" + under + ".*");
            assertThatThrownBy(() -> shell.run("bdev:delete -f Moved")).hasMessageMatching("(?s).*" + under + ".*");

            assertThat(shell.run("bdev:migrate --cancel Moved")).contains("called off");

            load.awaitProgress();
            assertThat(last().state()).isEqualTo(State.CANCELLED);
            assertOnly("malloc");
            assertThat(leases()).containsExactly("bdev-Moved");
            assertThatThrownBy(() -> shell.run("bdev:migrate --cancel Moved"))
                    .hasMessageContaining("bdev \"Moved\" is not being migrated");
        }
        assertContents();
    }

    @Test
    void shouldStayWithTheSourceWhenTheDestinationLeaves() throws Exception {
        try (Load load = new Load(session)) {
            migrations().start("Moved", "uring", Map.of("filename", file().toString()), SLOW, false);
            load.awaitProgress();
            Framework.stop("bdev-uring");
            load.awaitProgress();
            awaitState(State.FAILED);
            assertThat(last().reason())
                    .contains("bdev Moved stays a malloc bdev, its migration has failed: its destination has left")
                    .contains("what has been written to " + file() + " is incomplete");
            Framework.start("bdev-uring");
            assertOnly("malloc");
        }
        assertContents();
    }

    @Test
    void shouldGiveUpWhenTheSourceIsStopped() throws Exception {
        try (Load load = new Load(session)) {
            migrations().start("Moved", "uring", Map.of("filename", file().toString()), SLOW, false);
            load.awaitProgress();
            Framework.stop("bdev-malloc");
            awaitState(State.FAILED);
            assertThat(last().reason()).contains("its source has left");
            Framework.start("bdev-malloc");
            load.awaitProgress();
            assertOnly("malloc");
        }
        assertContents();
    }

    @Test
    void shouldGoOnWithTheSourceWhenItsOwnBundleIsReplaced() throws Exception {
        try (Load load = new Load(session)) {
            migrations().start("Moved", "malloc", Map.of(), SLOW, false);
            load.awaitProgress();
            Framework.stop("migrate");
            load.awaitProgress();
            assertOnly("malloc");
            Framework.start("migrate");
            load.awaitProgress();
        }
        assertContents();
    }

    @Test
    void shouldRefuseWhatDoesNotFitAndChangeNothing() throws Exception {
        assertRefused("null", Map.of(), "a null bdev does not keep what is written to it: Moved would be lost");
        assertRefused("malloc", Map.of("size", "8MiB"), "which do not fit in 8 MiB");
        assertRefused("malloc", Map.of("block_size", 4096), "has blocks of 512 bytes, and keeps them");
        assertRefused("malloc", Map.of("readonly", true), "is read-only");
        assertRefused("tape", Map.of(), "bdev type \"tape\" is unknown");
        assertRefused("uring", Map.of(), "filename");
        assertRefused("uring", Map.of("filename", "/nowhere/disk.img"), "/nowhere/disk.img");
        Files.write(file(), new byte[SIZE]);
        assertRefused("uring", Map.of("filename", file().toString()), "has contents already");
        assertThat(Files.readAllBytes(file())).containsOnly(0);
        assertThatThrownBy(() -> migrations().start("Other", "malloc", Map.of(), 0, false))
                .hasMessageContaining("bdev \"Other\" does not exist");
        assertContents();
    }

    private void assertRefused(String type, Map<String, Object> options, String why) {
        assertThatThrownBy(() -> migrations().start("Moved", type, options, 0, false))
                .isInstanceOf(TargetException.class)
                .hasMessageContaining(why)
                .hasMessageNotContaining("migrating");
        assertOnly("malloc");
    }

    @Test
    void shouldClearUpAfterAProcessThatDied() throws Exception {
        BdevSuccession succession = Framework.service(BdevSuccession.class);
        succession.prepare("Moved", "malloc", Map.of());
        assertThat(leases()).hasSize(2);

        assertThat(succession.recover()).singleElement().asString().contains("its destination is deleted");
        assertOnly("malloc");
        Await.asserted(() -> assertThat(leases()).containsExactly("bdev-Moved"));

        succession.prepare("Moved", "malloc", Map.of());
        assertThatThrownBy(() -> succession.switchOver("Moved", () -> {
                    assertThat(Framework.references(BlockDevice.class, "(hotbay.bdev.name=Moved)"))
                            .isEmpty();
                    throw new IOException("enough");
                }))
                .hasMessage("enough");
        assertContents();
        succession.abandon("Moved");
        assertOnly("malloc");
        assertThat(Framework.service(TargetAdmin.class).save()).doesNotContain("migrat");
    }
}
