// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hotbay.frontend.SessionOptions;
import io.hotbay.frontend.SurvivingLoad;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What becomes of a migration when the process is killed in the middle of it, when its destination is full and when a bundle it needs is
 * swapped: one of the two disks is in charge and has every write that was acknowledged, and nothing is left of the other one.
 */
class MigrationTest {
    private static final int QUEUES = 2;
    private static final List<Integer> MILLIS_TO_KILL_WHILE_COPYING = List.of(100, 900);
    /** Milliseconds from the beginning of a switch to the kill. */
    private static final List<Integer> KILLS_IN_SWITCH = List.of(0, 20, 80);

    /** On a busy machine a kill can come too late. */
    private static final int MOST_KILLS = 10;

    /** What a configuration says of the source from when the destination is about to take its place. */
    private static final String RETIRED = "Moved.migrated";

    private Product product;
    private VerifiedLoads loads;
    private int files;

    @BeforeEach
    void connect() throws Exception {
        product = new Product().start();
        loads = new VerifiedLoads(product);
        product.execute("bdev:create malloc Moved size=32MiB; vhost:create-blk moved Moved num_queues=" + QUEUES);
        loads.open("moved", SessionOptions.DEFAULT.withQueues(QUEUES), SurvivingLoad::inAnyOrder);
        loads.begin();
        loads.awaitProgress();
    }

    @AfterEach
    void removeProduct() throws IOException {
        loads.close();
        product.close();
    }

    // ---- migrations

    private String newFile() {
        return product.dir().resolve("disk" + files++).toString();
    }

    private void awaitCopying() throws Exception {
        Product.await(
                "a migration that copies",
                () -> product.exec("bdev:migrations").out().contains(" copying "),
                product::log);
    }

    private String typeOfTheOnlyBdev() throws Exception {
        String[] type = {""};
        Product.await(
                "one bdev that serves the guest",
                () -> {
                    List<String> rows =
                            product.exec("bdev:list").out().lines().skip(1).toList();
                    type[0] = rows.size() == 1 ? rows.get(0).split(" +")[1] : "";
                    return rows.size() == 1 && rows.get(0).matches("Moved .* moved");
                },
                product::log);
        assertThat(product.exec("target:save").out()).doesNotContain("migrat");
        return type[0];
    }

    private boolean configurationsMention(String text) throws IOException {
        try (Stream<Path> all = Files.walk(product.dir().resolve("s").resolve("config"))) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                if (read(file).contains(text)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** It may be replaced just now. */
    private static String read(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    private interface Moment {
        void await() throws Exception;
    }

    private void reconnect() throws Exception {
        try {
            loads.reconnect();
        } catch (IOException e) {
            throw new AssertionError(
                    "the disk is not back: " + product.exec("vhost:show moved") + "\n" + product.log(), e);
        }
    }

    /** @return the bdev's type afterwards */
    private String killDuringMigration(String type, long rate, Moment moment) throws Exception {
        String destination = type.equals("malloc") ? "file " + newFile() : "malloc";
        product.execute("bdev:migrate --background --rate " + rate + "MiB Moved " + destination);
        moment.await();
        product.kill();
        loads.awaitClosed();
        product.startWithoutWaiting();
        reconnect();
        loads.begin();
        loads.awaitProgress();
        Product.await("the shell", () -> product.exec("target:wait 60").status() == 0);
        return typeOfTheOnlyBdev();
    }

    @Test
    void shouldLeaveTheSourceInChargeWhenItIsKilledWhileItCopies() throws Exception {
        String type = "malloc";
        for (int millis : MILLIS_TO_KILL_WHILE_COPYING) {
            type = killDuringMigration(type, 2, () -> TimeUnit.MILLISECONDS.sleep(millis));
            assertThat(type).isEqualTo("malloc");
        }
        product.execute("bdev:migrate Moved file " + newFile());
        loads.awaitProgress();
        assertThat(typeOfTheOnlyBdev()).isEqualTo("uring");
        loads.verify();
    }

    @Test
    void shouldHaveOneDiskOrTheOtherWhenItIsKilledInTheSwitch() throws Exception {
        String type = "malloc";
        boolean[] retired = {false};
        // at once, and then later and later into the switch, or after it; until one was in time
        for (int kill = 0; kill < KILLS_IN_SWITCH.size() || !retired[0] && kill < MOST_KILLS; kill++) {
            int millis = kill < KILLS_IN_SWITCH.size() ? KILLS_IN_SWITCH.get(kill) : 0;
            type = killDuringMigration(type, 200, () -> {
                long start = System.nanoTime();
                while (!configurationsMention(RETIRED)
                        && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(60)
                        && !product.exec("bdev:migrations").out().contains(" done ")) {
                    lookOftenFor(RETIRED);
                }
                TimeUnit.MILLISECONDS.sleep(millis);
                product.kill();
                retired[0] |= configurationsMention(RETIRED);
            });
        }
        assertThat(retired[0]).as("a kill within a switch").isTrue();
        loads.verify();
    }

    private void lookOftenFor(String text) throws Exception {
        for (int look = 0; look < 1000 && !configurationsMention(text); look++) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    @Test
    void shouldStayWithTheSourceWhenTheDestinationIsFull() throws Exception {
        Path small = Files.createDirectory(product.dir().resolve("small"));
        Product.Result mounted = product.run("mount", "-t", "tmpfs", "-o", "size=1m", "none", small.toString());
        assumeTrue(mounted.status() == 0, () -> "skipped: no file system can be mounted here: " + mounted.err());
        try {
            Product.Result migration = product.exec("bdev:migrate Moved file " + small.resolve("disk"));
            assertThat(migration.status()).isEqualTo(1);
            assertThat(migration.err())
                    .contains("bdev Moved stays a malloc bdev, its migration has failed: the destination is full: a ")
                    .contains("what has been written to " + small.resolve("disk") + " is incomplete");
            loads.awaitProgress();
            assertThat(typeOfTheOnlyBdev()).isEqualTo("malloc");
            assertThat(product.exec("bdev:migrations").out()).contains(" failed ", "the destination is full");
        } finally {
            assertThat(product.run("umount", small.toString()).err()).isEmpty();
        }
        loads.verify();
    }

    @Test
    void shouldStayWithTheSourceWhenABundleItNeedsIsSwapped() throws Exception {
        for (String bundle : List.of("bdev-malloc", "bdev-uring", "admin", "migrate")) {
            Future<Product.Result> migration = CompletableFuture.supplyAsync(
                    () -> product.exec("bdev:migrate --rate 512KiB Moved file " + newFile()));
            awaitCopying();
            product.execute("deploy:update --safe " + bundle);
            Product.Result result = migration.get(60, TimeUnit.SECONDS);
            assertThat(result.status()).as(bundle + ": " + result.out()).isEqualTo(1);
            assertThat(result.err())
                    .contains("bdev Moved stays a malloc bdev, its migration has failed: its ")
                    .contains("begin again with bdev:migrate");
            loads.awaitProgress();
            assertThat(typeOfTheOnlyBdev()).isEqualTo("malloc");
        }
        product.execute("bdev:migrate Moved file " + newFile());
        loads.awaitProgress();
        assertThat(typeOfTheOnlyBdev()).isEqualTo("uring");
        loads.verify();
    }
}
