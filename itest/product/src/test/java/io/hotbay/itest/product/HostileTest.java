// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.product;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import io.hotbay.frontend.MessageSocket;
import io.hotbay.frontend.SectorPattern;
import io.hotbay.frontend.SurvivingLoad;
import io.hotbay.frontend.VhostUserRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * A front-end does to one disk what it can to harm the target. Meanwhile another disk is under verified load, which must go on;
 * afterwards the first serves a well-behaved front-end, and the process holds as many descriptors, mappings and leases as
 * before.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class HostileTest {
    private static final int BLOCK = 4096;
    private static final int BLOCKS = 256;
    private static final int DEPTH = 16;
    private static final int DESCRIPTORS = 10_000;
    /** Most that the kernel lets go with one message. */
    private static final int DESCRIPTORS_OF_A_MESSAGE = 253;
    /** Fewer than the target takes with one message, and more than any message may carry. */
    private static final int DESCRIPTORS_TAKEN = 40;

    private static final int CONNECTIONS = 1000;
    private static final long GARBAGE = 100L << 20;
    private static final String VICTIM = "victim";

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Product product;
    private HostileFrontEnd hostile;
    private FullEvents fullEvents;
    private FrontendSession steady;
    private SurvivingLoad load;
    private Future<?> running;
    private ProcessCensus before;
    private long completedBefore;

    @BeforeAll
    void startProduct() throws Exception {
        product = new Product().start();
        for (String disk : List.of("steady", VICTIM)) {
            assertThat(product.exec("bdev:create malloc M" + disk + " size=4MiB; vhost:create-blk " + disk + " M"
                                    + disk)
                            .err())
                    .isEmpty();
        }
        steady = FrontendProfile.CLOUD_HYPERVISOR.open(product.socket("steady"));
        load = new SurvivingLoad(steady, steady.queues().get(0), 0, BLOCKS, BLOCK, DEPTH);
        hostile = new HostileFrontEnd(product.socket(VICTIM), 7);
        fullEvents = new FullEvents(product.socket(VICTIM));
        // Whatever is made on first use is there before anything is counted.
        useVictim();
    }

    @AfterAll
    void stopProduct() throws Exception {
        threads.shutdownNow();
        steady.close();
        try (Product ended = product) {
            assertThat(ended.stop()).as(product.log()).isZero();
        }
    }

    @BeforeEach
    void beginLoad() throws IOException {
        before = holds();
        completedBefore = load.completed();
        load.prepare();
        Callable<Void> task = () -> {
            load.runUntilClosed();
            return null;
        };
        running = threads.submit(task);
    }

    @AfterEach
    void checkHarm() throws Exception {
        assertThat(product.process().isAlive()).as(product.log()).isTrue();
        useVictim();
        Product.await(
                "progress of the other disk", () -> load.completed() > completedBefore + DEPTH || running.isDone());
        load.end();
        try {
            running.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw new AssertionError("the other disk suffers:\n" + product.log(), failed);
        }
        load.verifyAll();
        Product.await(
                "the process to hold no more than before, " + before,
                () -> holds().isWithin(before),
                () -> "it holds " + holds());
        // a session has closed everything before it leaves the list
        Product.await("the session of the victim to end", () -> sessions(VICTIM) == 0);
        assertThat(sessions("steady")).isOne();
    }

    private int sessions(String controller) {
        String list = product.execute("vhost:list");
        Matcher line = Pattern.compile(controller + " +blk +M" + controller + " +listening +\\d+ +(\\d+) ")
                .matcher(list);
        assertThat(line.find()).as(list).isTrue();
        return Integer.parseInt(line.group(1));
    }

    private ProcessCensus holds() throws IOException {
        return ProcessCensus.of(product.process()).withoutThreads();
    }

    /** A well-behaved front-end finds everything in order. */
    private void useVictim() throws IOException {
        try (FrontendSession session = FrontendProfile.QEMU_10.open(product.socket(VICTIM))) {
            byte[] content = SectorPattern.of(8, BLOCK, 3);
            assertThat(session.driver(0).write(8, content).isOk()).isTrue();
            assertThat(session.driver(0).read(8, BLOCK).data()).isEqualTo(content);
            session.stop();
        }
    }

    // ---- what it does

    @Test
    void shouldOutliveTheRingsMemoryBeingTruncated() throws Exception {
        hostile.truncateRing();
    }

    @Test
    void shouldNoticeThatMemoryIsTruncatedUnderLoad() throws Exception {
        hostile.truncateDataUnderLoad();
    }

    @Test
    void shouldOutliveMemoryWithoutPages() throws Exception {
        Optional<MissingHugepages> pages = MissingHugepages.ofSomeSize();
        if (pages.isPresent()) {
            hostile.useMissingHugepages(pages.get());
            return;
        }
        Path limited = Files.createDirectory(product.dir().resolve("no-pages"));
        Product.Result mounted = product.run("mount", "-t", "hugetlbfs", "-o", "size=0", "none", limited.toString());
        assumeTrue(
                mounted.status() == 0,
                () -> "skipped: there are free hugepages of each size, and none can be kept back: " + mounted.err());
        try {
            hostile.useMissingHugepages(MissingHugepages.on(limited));
        } finally {
            // the target may have it mapped for a moment longer
            assertThat(product.run("umount", "--lazy", limited.toString()).err())
                    .isEmpty();
        }
    }

    @Test
    void shouldSealMemoryAgainstTruncationWhereThatIsPossible() throws Exception {
        assertThat(hostile.truncateSealable()).isFalse();
    }

    @Test
    void shouldBreakARingAloneWhoseIndexJumps() throws Exception {
        hostile.breakRing();
    }

    @Test
    void shouldServeOthersWhileACallCannotBeSignalled() throws Exception {
        fullEvents.fillCall();
    }

    @Test
    void shouldServeOthersWhileAnErrorCannotBeSignalled() throws Exception {
        fullEvents.fillError();
    }

    @Test
    void shouldServeOthersWhileTheLogsEventCannotBeSignalled() throws Exception {
        fullEvents.fillLogEvent();
    }

    @Test
    void shouldWriteNowhereElseWhateverIsHandedOverAsADirtyLog() throws Exception {
        hostile.logAnywhere(100);
    }

    @Test
    void shouldOutliveDataThatIsReadIntoTheRingItself() throws Exception {
        hostile.overwriteRing();
    }

    @Test
    void shouldServeOthersWhileARingIsKickedWithoutEnd() throws Exception {
        Future<?> storm = threads.submit(() -> hostile.storm(DEPTH));
        long now = load.completed();
        Product.await("progress of the other disk", () -> load.completed() > now + 100 * DEPTH || running.isDone());
        storm.get(60, TimeUnit.SECONDS);
    }

    @Test
    void shouldOutliveRandomChains() throws Exception {
        for (int i = 0; i < 20; i++) {
            hostile.sendRandomChains(50);
        }
    }

    @Test
    void shouldOutliveConnectionsThatEndInTheMiddleOfAMessage() throws Exception {
        for (int length = 1; length < 40; length++) {
            hostile.sendPart(length, length % 2 == 0);
        }
    }

    @Test
    void shouldCloseDescriptorsThatNobodyAskedFor() throws Exception {
        int sent = 0;
        for (int round = 0; sent < DESCRIPTORS; round++) {
            int count = round % 2 == 0 ? DESCRIPTORS_OF_A_MESSAGE : DESCRIPTORS_TAKEN;
            hostile.sendDescriptors(round % 4 < 2 ? VhostUserRequest.SET_OWNER : VhostUserRequest.SET_MEM_TABLE, count);
            sent += 2 * count;
        }
    }

    @Test
    void shouldServeOthersWhileAFrontEndDoesNotReadItsAnswers() throws Exception {
        try (MessageSocket socket = MessageSocket.connect(product.socket(VICTIM))) {
            Future<?> writer = threads.submit(() -> HostileFrontEnd.askWithoutReading(socket));
            Product.await("the front-end to be stuck", () -> isStuck(writer));
            assertThat(product.exec("vhost:list").status()).isZero();
            long now = load.completed();
            Product.await("progress of the other disk", () -> load.completed() > now + DEPTH);
            assertThat(writer.isDone()).isFalse();
        }
    }

    private static boolean isStuck(Future<?> writer) throws InterruptedException {
        try {
            writer.get(1, TimeUnit.SECONDS);
            return false;
        } catch (TimeoutException stuck) {
            return true;
        } catch (ExecutionException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void shouldOutliveAThousandConnections() throws Exception {
        hostile.connect(CONNECTIONS);
    }

    @Test
    void shouldOutliveRandomBytes() throws Exception {
        hostile.sendRandomBytes(GARBAGE / 2);
    }

    @Test
    void shouldOutliveUnknownMessages() throws Exception {
        hostile.sendUnknownMessages(GARBAGE / 2);
    }

    @Test
    void shouldRefuseKnownMessagesWithWrongContent() throws Exception {
        for (int round = 0; round < 300; round++) {
            hostile.sendKnownMessages(50);
        }
    }
}
