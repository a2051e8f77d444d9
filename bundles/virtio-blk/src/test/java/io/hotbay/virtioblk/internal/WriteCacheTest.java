// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import static io.hotbay.virtioblk.internal.BlkDriver.pattern;
import static io.hotbay.virtioblk.internal.BlkDriver.rangeBytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;
import io.hotbay.virtioblk.internal.BlkDriver.Chain;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WriteCacheTest {
    private static final long PATIENCE_SECONDS = 20;

    private final FakeBdev bdev = new FakeBdev();

    private BlkDriver cached(Map<String, Object> options) throws IOException {
        bdev.writeCache = true;
        return new BlkDriver(bdev, options);
    }

    private static CompletableFuture<Void> writeBack(BlkDriver driver, int value) {
        return driver.device.writeConfig(BlkConfig.WRITEBACK, ByteBuffer.wrap(new byte[] {(byte) value}));
    }

    private static void await(CompletableFuture<Void> future) throws Exception {
        future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static int field(BlkDriver driver) {
        ByteBuffer value = ByteBuffer.allocate(1);
        driver.device.readConfig(BlkConfig.WRITEBACK, value);
        return value.get(0);
    }

    @Test
    void shouldLeaveWritesInTheCacheInWriteBackMode() throws IOException {
        assertThat(cached(Map.of()).start().out(0, pattern(512, 1)).send()).isEqualTo(BlkRequest.OK);
        assertThat(bdev.log).containsExactly("write 0+512");
    }

    @Test
    void shouldFlushBeforeAWriteCompletesInWriteThroughMode() throws IOException {
        BlkDriver driver = cached(Map.of("write_cache", "false")).start();
        bdev.delayed = true;
        Chain write = driver.out(0, pattern(512, 1)).offer();
        driver.queue.poll();
        bdev.delayed = false;
        assertThat(bdev.log).containsExactly("write 0+512");
        assertThat(write.isUsed()).isFalse();
        driver.queue.poll();
        assertThat(bdev.log).containsExactly("write 0+512", "flush 0+0");
        assertThat(write.statusByte()).isEqualTo(BlkRequest.OK);
        assertThat(write.used()).isEqualTo(1);
        assertThat(driver.queue.inFlight()).isZero();
    }

    @Test
    void shouldFlushEachWriteOfALongBatchInWriteThroughModeBeforeAnyIsShown() throws IOException {
        BlkDriver driver = cached(Map.of("write_cache", "false")).start();
        bdev.answersEarly = true;
        driver.ring.whenShown(
                () -> assertThat(bdev.log).filteredOn("flush 0+0"::equals).hasSize(40));
        List<Chain> writes = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            writes.add(driver.out(i, pattern(512, i)).offer());
        }
        driver.queue.poll();
        assertThat(bdev.log).filteredOn("flush 0+0"::equals).hasSize(40);
        assertThat(writes).allMatch(write -> write.statusByte() == BlkRequest.OK);
        assertThat(driver.queue.inFlight()).isZero();
    }

    @Test
    void shouldFlushWrittenZerosButNeitherReadsNorDiscardsInWriteThroughMode() throws IOException {
        BlkDriver driver = cached(Map.of("write_cache", false)).start();
        driver.range(BlkRequest.WRITE_ZEROES, rangeBytes(0, 1, 0)).send();
        driver.range(BlkRequest.DISCARD, rangeBytes(0, 1, 0)).send();
        driver.in(0, 512).send();
        driver.flush().send();
        assertThat(bdev.log)
                .containsExactly("write_zeroes 0+512", "flush 0+0", "discard 0+512", "read 0+512", "flush 0+0");
    }

    @Test
    void shouldFailTheWriteWhenItsFlushFails() throws IOException {
        BlkDriver driver = cached(Map.of("write_cache", "false")).start();
        bdev.flushFails = true;
        Chain write = driver.out(0, pattern(512, 1));
        assertThat(write.send()).isEqualTo(BlkRequest.IOERR);
        assertThat(write.used()).isEqualTo(1);
        assertThat(bdev.log).containsExactly("write 0+512", "flush 0+0");
    }

    @Test
    void shouldKeepAWriteInFlightUntilItsFlushIsDone() throws IOException {
        BlkDriver driver = cached(Map.of("write_cache", "false")).start();
        bdev.flushDelayed = true;
        Chain write = driver.out(0, pattern(512, 1)).offer();
        driver.queue.poll();
        assertThat(write.isUsed()).isFalse();
        assertThat(driver.queue.inFlight()).isEqualTo(1);
        bdev.flushDelayed = false;
        assertThat(driver.queue.drain()).isEqualTo(1);
        assertThat(write.statusByte()).isEqualTo(BlkRequest.OK);
        assertThat(driver.queue.inFlight()).isZero();
    }

    @Test
    void shouldNotFlushABdevWithoutVolatileCache() throws IOException {
        BlkDriver driver = new BlkDriver(bdev, Map.of("write_cache", "false")).start();
        driver.out(0, pattern(512, 1)).send();
        assertThat(bdev.log).containsExactly("write 0+512");
    }

    @Test
    void shouldBeWriteThroughForADriverThatKnowsNoFlush() throws IOException {
        cached(Map.of()).start(0).out(0, pattern(512, 1)).send();
        assertThat(bdev.log).containsExactly("write 0+512", "flush 0+0");
    }

    @Test
    void shouldBeWriteBackForADriverThatKnowsFlushButNoSwitch() throws Exception {
        BlkDriver driver = cached(Map.of());
        driver.start(BlkFeatures.FLUSH);
        driver.out(0, pattern(512, 1)).send();
        assertThat(bdev.log).containsExactly("write 0+512");
    }

    @Test
    void shouldStayWriteThroughForADriverWithoutSwitchWhenConfiguredSo() throws IOException {
        cached(Map.of("write_cache", "false"))
                .start(BlkFeatures.FLUSH)
                .out(0, pattern(512, 1))
                .send();
        assertThat(bdev.log).containsExactly("write 0+512", "flush 0+0");
    }

    @Test
    void shouldSwitchWhileTheQueueRuns() throws Exception {
        BlkDriver driver = cached(Map.of()).start();
        await(writeBack(driver, 0));
        assertThat(field(driver)).isZero();
        bdev.log.clear();
        driver.out(0, pattern(512, 1)).send();
        assertThat(bdev.log).containsExactly("write 0+512", "flush 0+0");
        await(writeBack(driver, 1));
        assertThat(field(driver)).isEqualTo(1);
        bdev.log.clear();
        driver.out(0, pattern(512, 1)).send();
        assertThat(bdev.log).containsExactly("write 0+512");
    }

    @Test
    void shouldFlushBeforeTheSwitchToWriteThroughIsDone() throws Exception {
        BlkDriver driver = cached(Map.of());
        bdev.delayed = true;
        CompletableFuture<Void> done = writeBack(driver, 0);
        assertThat(done).isNotDone();
        bdev.delayed = false;
        await(done);
        assertThat(bdev.log).containsExactly("flush 0+0");
        assertThat(bdev.open).isZero();
        assertThat(bdev.statistics.snapshot().requests()[BlockType.FLUSH]).isEqualTo(1);
    }

    @Test
    void shouldTellWhenTheFlushOfTheSwitchFails() throws IOException {
        BlkDriver driver = cached(Map.of());
        bdev.outcome = BlockStatus.IO_ERROR;
        assertThatThrownBy(() -> await(writeBack(driver, 0)))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .hasMessage("bdev Fake0 failed to flush (status 1) when its write cache was switched off");
        assertThat(bdev.open).isZero();
    }

    @Test
    void shouldSwitchAtOnceWhenNothingIsVolatile() throws IOException {
        BlkDriver driver = new BlkDriver(bdev);
        assertThat(writeBack(driver, 0)).isCompleted();
        assertThat(field(driver)).isZero();
        assertThat(bdev.log).isEmpty();
    }

    @Test
    void shouldReturnToTheConfiguredModeOnReset() throws IOException {
        BlkDriver driver = new BlkDriver(bdev);
        writeBack(driver, 0);
        driver.device.reset();
        assertThat(field(driver)).isEqualTo(1);
        BlkDriver through = new BlkDriver(bdev, Map.of("write_cache", "false"));
        assertThat(field(through)).isZero();
        writeBack(through, 1);
        through.device.reset();
        assertThat(field(through)).isZero();
    }
}
