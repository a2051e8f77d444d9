// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.frontend.SessionOptions;
import io.hotbay.frontend.SurvivingLoad;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * All that can be replaced is replaced in random order, in all ways there are: each bundle on the way of a request by {@code deploy:update},
 * by the framework's own commands and by a file in {@code deploy/}, the backend of a disk by a migration, and the process. Four front-ends
 * do verified I/O all the time; no request fails and no connection is lost. The property {@code hotbay.order} gives the order,
 * {@code hotbay.rounds} more rounds. Only by command: an order takes a minute, and more on a busy machine.
 */
@EnabledIfSystemProperty(
        named = AnyOrderTest.PROPERTY,
        matches = "\\d+",
        disabledReason = "one order: -Dhotbay.order=4")
class AnyOrderTest {
    static final String PROPERTY = "hotbay.order";
    private static final long ORDER = Long.getLong(PROPERTY, 4);
    private static final int ROUNDS = Integer.getInteger("hotbay.rounds", 1);
    /** In a round each bundle is replaced in so many of the ways there are. */
    private static final int WAYS = 2;

    private static final int UPGRADES = 2;
    private static final int MIGRATIONS = 4;
    private static final String SCR = "org.apache.felix.scr";
    private static final List<String> BUNDLES = List.of(
            "bdev-malloc",
            "bdev-null",
            "bdev-uring",
            "virtio-blk",
            "virtqueue",
            "reactor",
            "hugepages",
            "vhost-user",
            "keeper",
            "api",
            SCR);
    private static final UnaryOperator<SurvivingLoad> AT_ONCE = UnaryOperator.identity();

    private final Random random = new Random(ORDER);
    private final List<String> done = new ArrayList<>();
    private Product product;
    private VerifiedLoads loads;
    private int versions;
    private int files;

    @BeforeEach
    void connect() throws Exception {
        product = new Product().start();
        loads = new VerifiedLoads(product);
        product.execute(
                "bdev:create malloc Memory size=8MiB block_size=4096; vhost:create-blk memory Memory num_queues=2",
                "bdev:create uring File size=8MiB create=true filename=" + newFile() + "; vhost:create-blk file File",
                "bdev:create null None size=8MiB; vhost:create-blk none None",
                "bdev:create malloc Moved size=16MiB; vhost:create-blk moved Moved");
        loads.open("memory", SessionOptions.DEFAULT.withQueues(2), AT_ONCE);
        loads.open("file", SessionOptions.DEFAULT.withPackedRings(), SurvivingLoad::inAnyOrder);
        loads.open("none", SessionOptions.DEFAULT, SurvivingLoad::withoutContent);
        loads.open("moved", SessionOptions.DEFAULT, SurvivingLoad::inAnyOrder);
        loads.begin();
        loads.awaitProgress();
    }

    @AfterEach
    void removeProduct() throws IOException {
        loads.close();
        product.close();
    }

    private String newFile() {
        return product.dir().resolve("disk" + files++).toString();
    }

    // ---- ways of replacing something

    private record Step(String what, Action action) {}

    private interface Action {
        void run() throws Exception;
    }

    private List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        for (String bundle : BUNDLES) {
            List<Step> ways = ways(bundle);
            Collections.shuffle(ways, random);
            steps.addAll(ways.subList(0, WAYS));
        }
        steps.addAll(Collections.nCopies(UPGRADES, new Step("hotbay upgrade", this::upgrade)));
        steps.addAll(Collections.nCopies(MIGRATIONS, new Step("bdev:migrate", this::migrate)));
        Collections.shuffle(steps, random);
        return steps;
    }

    private List<Step> ways(String bundle) {
        return new ArrayList<>(List.of(
                new Step("deploy:update " + bundle, () -> deployUpdate(bundle)),
                new Step("felix:update " + bundle, () -> felix("felix:update ID; felix:refresh ID", bundle)),
                new Step("felix:stop and start " + bundle, () -> felix("felix:stop ID; felix:start ID", bundle)),
                new Step("deploy/" + bundle + ".jar", () -> drop(bundle))));
    }

    /** Another swap may be under way, which refuses this one, or rewire the shell, which ends the command. */
    private void deployUpdate(String bundle) throws Exception {
        String[] refused = {""};
        Product.await(
                "the update of " + bundle,
                () -> {
                    Product.Result result = product.exec("deploy:update --safe --downgrade " + bundle);
                    refused[0] = result.err();
                    assertThat(result.err())
                            .satisfiesAnyOf(
                                    err -> assertThat(err).isEmpty(),
                                    err -> assertThat(err).contains("is under way: try again"),
                                    err -> assertThat(err).startsWith("hotbay: "));
                    return result.status() == 0;
                },
                () -> refused[0] + product.exec("deploy:history").out());
    }

    private void felix(String commands, String bundle) throws Exception {
        Product.await("the shell", () -> !id(bundle).isEmpty());
        product.exec(commands.replace("ID", id(bundle)));
    }

    private String id(String bundle) {
        return product.exec("deploy:list")
                .out()
                .lines()
                .map(line -> line.strip().split(" +"))
                .filter(words -> words[1].equals(name(bundle)))
                .map(words -> words[0])
                .findFirst()
                .orElse("");
    }

    private static String name(String bundle) {
        return bundle.equals(SCR) ? SCR : "io.hotbay." + bundle;
    }

    private void drop(String bundle) throws IOException {
        versions++;
        NewerBundle.write(bundle, "99.0." + versions, product.deploy().resolve(bundle + ".jar"));
    }

    private void upgrade() throws Exception {
        Product.await("an upgrade", () -> {
            Product.Result result = product.upgrade();
            assertThat(result.err())
                    .satisfiesAnyOf(
                            err -> assertThat(err).isEmpty(),
                            err -> assertThat(err).contains("is under way: try again"),
                            err -> assertThat(err).contains("no target"));
            return result.status() == 0;
        });
    }

    /** To memory and to a file in turn. It goes on while the next steps replace what it needs, which ends it. */
    private void migrate() {
        String type = product.exec("bdev:list").out().contains("Moved  uring") ? "malloc" : "file " + newFile();
        product.exec("bdev:migrate --background --rate 8MiB Moved " + type);
    }

    // ---- tests

    @Test
    void shouldLoseNoRequestWhateverIsReplacedInWhateverOrder() throws Exception {
        try {
            for (int round = 0; round < ROUNDS; round++) {
                for (Step step : steps()) {
                    done.add(step.what);
                    step.action.run();
                    // Not always: the next swap may come while things still settle.
                    if (random.nextInt(3) > 0) {
                        loads.awaitProgress();
                    }
                }
            }
            loads.awaitProgress();
        } catch (AssertionError | Exception e) {
            throw new AssertionError("after " + done + "\n" + product.log(), e);
        }
        loads.verify();
    }
}
