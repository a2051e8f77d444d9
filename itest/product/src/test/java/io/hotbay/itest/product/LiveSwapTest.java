// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.frontend.SessionOptions;
import io.hotbay.frontend.SurvivingLoad;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bundles of the running product are swapped while two front-ends, one with split and one with packed rings, do verified I/O on a
 * memory disk and a file. The connections stay, each request is answered once. The last test makes as many swaps as the
 * property {@code hotbay.swaps} says.
 */
class LiveSwapTest {
    private static final int SWAPS = 10;
    /** The tests in the framework swap SCR as often as other bundles. */
    private static final int SWAPS_OF_SCR = 3;

    private static final int KILLS = 6;
    private static final int LONGEST_TIME_TO_KILL_MILLIS = 400;
    private static final int MANY = Integer.getInteger("hotbay.swaps", 20);
    private static final int QUEUES = 2;
    private static final List<String> BUNDLES = List.of(
            "bdev-malloc",
            "bdev-uring",
            "virtio-blk",
            "virtqueue",
            "vhost-user",
            "reactor",
            "hugepages",
            "bdev-malloc",
            "virtio-blk",
            "vhost-user",
            "kata",
            "shell",
            "keeper",
            "api",
            "org.apache.felix.scr");

    private Product product;
    private VerifiedLoads loads;
    /** The last swap that was waited for. */
    private String last = "";

    @BeforeEach
    void connect() throws Exception {
        // What is only softly reachable goes with the next collection, and is not mistaken for what cannot go.
        product = new Product()
                .with("JAVA_TOOL_OPTIONS", "-XX:SoftRefLRUPolicyMSPerMB=0")
                .start();
        loads = new VerifiedLoads(product);
        product.execute(
                "bdev:create malloc Memory size=8MiB block_size=4096; vhost:create-blk memory Memory num_queues=2",
                "bdev:create uring File size=8MiB create=true filename="
                        + product.dir().resolve("disk") + "; vhost:create-blk file File num_queues=2 packed_ring=true");
        SessionOptions options = SessionOptions.DEFAULT.withQueues(QUEUES);
        loads.open("memory", options, UnaryOperator.identity());
        loads.open("file", options.withPackedRings(), SurvivingLoad::inAnyOrder);
        loads.begin();
    }

    @AfterEach
    void removeProduct() throws IOException {
        loads.close();
        product.close();
    }

    // ---- swaps

    /** Updates a bundle with its own content, and waits until the product says that it is done. */
    private void update(String bundle) throws IOException, InterruptedException {
        String before = last.isEmpty() ? lastSwap() : last;
        product.execute("deploy:update --safe " + bundle);
        awaitSwapAfter(before);
    }

    private String awaitSwapAfter(String before) throws IOException, InterruptedException {
        String[] swap = {""};
        Product.await("the end of the swap", () -> {
            swap[0] = lastSwap();
            return !swap[0].isEmpty() && !swap[0].equals(before);
        });
        assertThat(swap[0]).contains("\"outcome\": \"done\"");
        last = swap[0];
        return last;
    }

    /** Nothing while the shell is away. */
    private String lastSwap() throws IOException, InterruptedException {
        Product.Result result = product.exec("deploy:history -n 1 --json");
        return result.status() == 0 ? result.out() : "";
    }

    @ParameterizedTest
    @ValueSource(strings = {"api", "keeper", "org.apache.felix.scr"})
    void shouldKeepItsFrontEndsWhenEverythingIsRewired(String bundle) throws Exception {
        int swaps = bundle.equals("org.apache.felix.scr") ? SWAPS_OF_SCR : SWAPS;
        for (int swap = 0; swap < swaps; swap++) {
            update(bundle);
            loads.awaitProgress();
        }
        loads.verify();
    }

    @Test
    void shouldTakeNewerBundlesFromTheDeployDirectory() throws Exception {
        for (int swap = 1; swap <= SWAPS; swap++) {
            drop("bdev-malloc", "1.0." + swap);
        }
        drop("virtio-blk", "1.0.0");
        drop("vhost-user", "1.0.0");
        NewerBundle.write("bdev-malloc", "0.0.1", product.deploy().resolve("older.jar"));
        Files.writeString(product.deploy().resolve("text.jar"), "no jar");

        String before = lastSwap();
        Files.delete(product.deploy().resolve("virtio-blk.jar"));
        assertThat(awaitSwapAfter(before)).contains("io.hotbay.virtio-blk", "\"from\": \"1.0.0\"");
        loads.awaitProgress();
        // Deployment itself too.
        drop("deploy", "1.0.0");
        assertThat(versions("bdev-malloc")).containsExactly("1.0." + SWAPS);
        loads.verify();
    }

    private void drop(String bundle, String version) throws Exception {
        String before = lastSwap();
        NewerBundle.write(bundle, version, product.deploy().resolve(bundle + ".jar"));
        assertThat(awaitSwapAfter(before)).contains("io.hotbay." + bundle, "\"to\": \"" + version + "\"");
        loads.awaitProgress();
        assertThat(versions(bundle)).containsExactly(version);
    }

    /** The versions of a bundle that are installed. */
    private List<String> versions(String bundle) throws IOException, InterruptedException {
        return product.exec("deploy:list")
                .out()
                .lines()
                .map(line -> line.strip().split(" +"))
                .filter(words -> words[1].equals("io.hotbay." + bundle))
                .map(words -> words[2])
                .toList();
    }

    @Test
    void shouldLoseNothingWhenItIsKilledInTheMiddleOfASwap() throws Exception {
        Random random = new Random(7);
        for (int kill = 0; kill < KILLS; kill++) {
            String bundle = BUNDLES.get(random.nextInt(BUNDLES.size()));
            Future<Product.Result> swap =
                    CompletableFuture.supplyAsync(() -> product.exec("deploy:update --safe " + bundle));
            TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_TIME_TO_KILL_MILLIS));
            product.kill();
            loads.awaitClosed();
            swap.get();
            product.startWithoutWaiting();
            loads.reconnect();
            loads.begin();
            loads.awaitProgress();
        }
        loads.verify();
        Product.await("the shell", () -> product.exec("target:wait 60").status() == 0);
        update("bdev-malloc");
    }

    @Test
    void shouldHoldAfterManySwapsWhatItHeldBefore() throws Exception {
        List<String> kinds = new ArrayList<>(new LinkedHashSet<>(BUNDLES));
        for (String kind : kinds) {
            update(kind);
        }
        loads.awaitProgress();
        // Before the other: whoever looks into a JVM for the first time makes it open a socket.
        HeapCensus heap = HeapCensus.of(product.process());
        ProcessCensus held = settledCensus();
        List<String> leases = leases();
        assertThat(leases).hasSize(1);

        Random random = new Random(30);
        for (int swap = 0; swap < MANY; swap++) {
            if (swap % kinds.size() == 0) {
                Collections.shuffle(kinds, random);
            }
            update(kinds.get(swap % kinds.size()));
        }

        loads.awaitProgress();
        Product.await(
                "the process to hold no more than before, " + held,
                () -> ProcessCensus.of(product.process()).isWithin(held),
                () -> "it holds " + ProcessCensus.of(product.process()));
        int bundles = bundles();
        Product.await(
                "the collection of all class loaders but those of " + bundles + " bundles",
                () -> HeapCensus.of(product.process()).wirings() == bundles,
                () -> "there are " + HeapCensus.of(product.process()).wirings());
        heap.assertNotLessThan(HeapCensus.of(product.process()));
        assertThat(leases()).isEqualTo(leases);
        loads.verify();
    }

    /** The target's leases; free pages are not looked at, which others on the machine take and give back. */
    private List<String> leases() throws IOException, InterruptedException {
        return product.exec("hugepages:status")
                .out()
                .lines()
                .filter(line -> line.startsWith("bdev-"))
                .toList();
    }

    /** How many bundles there are, all of them active, without the framework. */
    private int bundles() throws IOException, InterruptedException {
        return (int) product.exec("felix:lb -s")
                        .out()
                        .lines()
                        .filter(line -> line.contains("|Active"))
                        .count()
                - 1;
    }

    /** Threads of what was replaced last may still be on their way out. */
    private ProcessCensus settledCensus() throws Exception {
        ProcessCensus[] census = {null};
        Product.await("threads to end", () -> {
            TimeUnit.SECONDS.sleep(1);
            ProcessCensus before = census[0];
            census[0] = ProcessCensus.of(product.process());
            return census[0].equals(before);
        });
        return census[0];
    }
}
