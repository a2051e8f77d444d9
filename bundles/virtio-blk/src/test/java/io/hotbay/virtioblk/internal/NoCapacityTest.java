// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import static io.hotbay.virtioblk.internal.BlkDriver.rangeBytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.bdev.BlockStatus;
import io.hotbay.virtioblk.internal.BlkDriver.Chain;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A device over what stands in for a bdev that has been deleted: no capacity, and a channel on which everything fails. */
class NoCapacityTest {
    private final FakeBdev bdev = new FakeBdev();
    private BlkDriver driver;

    @BeforeEach
    void begin() throws IOException {
        bdev.size = 0;
        bdev.outcome = BlockStatus.IO_ERROR;
        bdev.flushFails = true;
        driver = new BlkDriver(bdev).start();
    }

    @Test
    void shouldTellThatItHoldsNothingAndBeAProperDeviceOtherwise() {
        ByteBuffer capacity = ByteBuffer.allocate(8);
        driver.device.readConfig(BlkConfig.CAPACITY, capacity);
        assertThat(capacity.getLong(0)).isZero();
        ByteBuffer blockSize = ByteBuffer.allocate(4);
        driver.device.readConfig(BlkConfig.BLK_SIZE, blockSize);
        assertThat(Integer.reverseBytes(blockSize.getInt(0))).isEqualTo(512);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 8, Long.MAX_VALUE, -1})
    void shouldFailReadsAndWritesWhereverTheyAre(long sector) {
        assertThat(driver.in(sector, 512).send()).isEqualTo(BlkRequest.IOERR);
        assertThat(driver.out(sector, new byte[512]).send()).isEqualTo(BlkRequest.IOERR);
        assertThat(bdev.log).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {BlkRequest.DISCARD, BlkRequest.WRITE_ZEROES})
    void shouldFailRanges(int type) {
        assertThat(driver.range(type, rangeBytes(0, 1, 0)).send()).isEqualTo(BlkRequest.IOERR);
        assertThat(bdev.log).isEmpty();
    }

    @Test
    void shouldFailAFlush() {
        assertThat(driver.flush().send()).isEqualTo(BlkRequest.IOERR);
    }

    @Test
    void shouldStillTellItsId() {
        Chain id = driver.chain().header(BlkRequest.GET_ID, 0).writable(20).status();
        assertThat(id.send()).isEqualTo(BlkRequest.OK);
    }
}
