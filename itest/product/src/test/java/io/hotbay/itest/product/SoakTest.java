// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.SessionOptions;
import io.hotbay.frontend.SurvivingLoad;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Front-ends of all kinds come, do verified I/O and go; one does harm; disks are created and deleted meanwhile. In the end the
 * process holds what it held in the beginning. Takes a minute, or as long as the property {@code hotbay.soak.seconds} says.
 */
class SoakTest {
    private static final long SECONDS = Long.getLong("hotbay.soak.seconds", 60);
    /** What each kind of activity does before anything is counted: whatever is made on first use is there then. */
    private static final long WARM_UP_SECONDS = 5;

    private static final List<FrontendProfile> PROFILES = List.of(
            FrontendProfile.QEMU_7_2,
            FrontendProfile.QEMU_10,
            FrontendProfile.CLOUD_HYPERVISOR,
            FrontendProfile.CROSVM,
            FrontendProfile.DRAGONBALL,
            FrontendProfile.LIBBLKIO,
            FrontendProfile.SPDK);

    private static final int QUEUES = 2;
    private static final int BLOCK = 4096;
    private static final int BLOCKS = 128;
    private static final int DEPTH = 8;
    private static final int LONGEST_SESSION_MILLIS = 3000;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Product product;
    private volatile long end;

    @AfterEach
    void removeProduct() throws IOException {
        threads.shutdownNow();
        product.close();
    }

    @Test
    void shouldHoldInTheEndWhatItHeldInTheBeginning() throws Exception {
        product = new Product().start();
        for (int i = 0; i <= PROFILES.size(); i++) {
            create("d" + i);
        }
        work(WARM_UP_SECONDS, 1);
        HeapCensus heap = HeapCensus.of(product.process());
        ProcessCensus held = ProcessCensus.of(product.process());

        work(SECONDS, 2);

        Product.await(
                "the process to hold what it held in the beginning, " + held,
                () -> ProcessCensus.of(product.process()).isWithin(held),
                () -> "it holds " + ProcessCensus.of(product.process()));
        heap.assertNotLessThan(HeapCensus.of(product.process()));
        assertThat(product.stop()).as(product.log()).isZero();
    }

    /** All at once, for a while. */
    private void work(long seconds, long seed) throws Exception {
        end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        List<Future<Integer>> running = new ArrayList<>();
        for (int i = 0; i < PROFILES.size(); i++) {
            int index = i;
            running.add(repeat(new Random(seed + i), random -> useDisk(PROFILES.get(index), "d" + index, random)));
        }
        HostileFrontEnd hostile = new HostileFrontEnd(product.socket("d" + PROFILES.size()), seed);
        running.add(repeat(new Random(seed), random -> hostile.doAnything()));
        running.add(repeat(new Random(seed), random -> createAndDelete()));
        for (Future<Integer> one : running) {
            assertThat(one.get(seconds + 120, TimeUnit.SECONDS)).as("rounds").isPositive();
        }
    }

    private interface Round {
        void run(Random random) throws Exception;
    }

    private Future<Integer> repeat(Random random, Round round) {
        Callable<Integer> task = () -> {
            int rounds = 0;
            while (System.nanoTime() < end) {
                round.run(random);
                rounds++;
            }
            return rounds;
        };
        return threads.submit(task);
    }

    private void create(String name) throws IOException, InterruptedException {
        ok("bdev:create malloc M" + name + " size=2MiB block_size=4096; vhost:create-blk " + name + " M" + name
                + " num_queues=" + QUEUES);
    }

    private void useDisk(FrontendProfile profile, String name, Random random) throws IOException {
        useDisk(profile, name, random.nextInt(LONGEST_SESSION_MILLIS));
    }

    /** One session: I/O on all queues, each on its own thread, then everything is read once more. */
    private void useDisk(FrontendProfile profile, String name, long millis) throws IOException {
        try (FrontendSession session = profile.open(product.socket(name), SessionOptions.DEFAULT.withQueues(QUEUES))) {
            List<SurvivingLoad> loads = new ArrayList<>();
            for (int i = 0; i < QUEUES; i++) {
                loads.add(new SurvivingLoad(session, session.queues().get(i), (long) BLOCKS * i, BLOCKS, BLOCK, DEPTH));
            }
            for (int slice = 0; slice < 4; slice++) {
                for (SurvivingLoad load : loads) {
                    load.run(TimeUnit.MILLISECONDS.toNanos(millis / (4 * QUEUES)));
                }
            }
            for (SurvivingLoad load : loads) {
                load.verifyAll();
                assertThat(load.inFlight()).isZero();
            }
            session.stop();
        }
    }

    private void createAndDelete() throws IOException, InterruptedException {
        create("extra");
        useDisk(FrontendProfile.QEMU_10, "extra", 50);
        ok("vhost:delete --force extra; bdev:delete Mextra");
    }

    private void ok(String command) throws IOException, InterruptedException {
        Product.Result result = product.exec(command);
        assertThat(result.status())
                .as(command + ": " + result.err() + product.log())
                .isZero();
    }
}
