// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.bdev.BlockType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Configuration space as a driver reads it; offsets are written out as in the specification. */
class BlkConfigTest {
    private final FakeBdev bdev = new FakeBdev();

    private ByteBuffer config(Map<String, Object> options, int offset, int length) throws IOException {
        ByteBuffer space = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < length; i++) {
            space.put(i, (byte) 0x77);
        }
        new BlkDriver(bdev, options).device.readConfig(offset, space);
        assertThat(space.hasRemaining()).isFalse();
        return space;
    }

    private ByteBuffer config() throws IOException {
        return config(Map.of("num_queues", 3), 0, 60);
    }

    @Test
    void shouldTellCapacityAndBlocks() throws IOException {
        bdev.blockSize = 4096;
        bdev.physicalBlockSize = 16384;
        bdev.optimalIoSize = 65536;
        ByteBuffer config = config();
        assertThat(config.getLong(0)).as("capacity").isEqualTo(FakeBdev.SIZE / 512);
        assertThat(config.getInt(8)).as("size_max").isZero();
        assertThat(config.getInt(16)).as("geometry").isZero();
        assertThat(config.getInt(20)).as("blk_size").isEqualTo(4096);
        assertThat(config.get(24)).as("physical_block_exp").isEqualTo((byte) 2);
        assertThat(config.get(25)).as("alignment_offset").isZero();
        assertThat(config.getShort(26)).as("min_io_size").isEqualTo((short) 4);
        assertThat(config.getInt(28)).as("opt_io_size").isEqualTo(16);
        assertThat(config.get(32)).as("writeback").isEqualTo((byte) 1);
        assertThat(config.getShort(34)).as("num_queues").isEqualTo((short) 3);
    }

    @Test
    void shouldTellPlainTopologyForPlainBdevs() throws IOException {
        ByteBuffer config = config();
        assertThat(config.get(24)).isZero();
        assertThat(config.getShort(26)).isEqualTo((short) 1);
        assertThat(config.getInt(28)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"4, 2", "64, 62", "128, 126", "256, 126", "1024, 126"})
    void shouldOfferAsManySegmentsAsACommonRingHolds(int queueSize, int segments) throws IOException {
        assertThat(config(Map.of("queue_size", queueSize), 0, 60).getInt(12)).isEqualTo(segments);
    }

    @Test
    void shouldTellRealLimitsOfDiscardAndWriteZeroes() throws IOException {
        bdev.blockSize = 4096;
        bdev.discardLimit = 100_000;
        ByteBuffer config = config();
        assertThat(config.getInt(36)).as("max_discard_sectors").isEqualTo(24 * 8);
        assertThat(config.getInt(40)).as("max_discard_seg").isEqualTo(1);
        assertThat(config.getInt(44)).as("discard_sector_alignment").isEqualTo(8);
        assertThat(config.getInt(48)).as("max_write_zeroes_sectors").isEqualTo(24 * 8);
        assertThat(config.getInt(52)).as("max_write_zeroes_seg").isEqualTo(1);
        assertThat(config.get(56)).as("write_zeroes_may_unmap").isEqualTo((byte) 1);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "511, 1", "9223372036854775807, 4194303"})
    void shouldNeverTellNoLimitAtAll(long limit, int sectors) throws IOException {
        bdev.discardLimit = limit;
        assertThat(config().getInt(36)).isEqualTo(sectors);
        assertThat(config().getInt(48)).isEqualTo(sectors);
    }

    @Test
    void shouldTellZerosForWhatTheBdevDoesNotDo() throws IOException {
        bdev.unsupported.add(BlockType.DISCARD);
        ByteBuffer config = config();
        assertThat(config.slice(36, 12)).isEqualTo(ByteBuffer.allocate(12));
        assertThat(config.getInt(52)).isEqualTo(1);
        assertThat(config.get(56)).as("may_unmap").isZero();
        bdev.unsupported.add(BlockType.WRITE_ZEROES);
        assertThat(config().slice(36, 24)).isEqualTo(ByteBuffer.allocate(24));
    }

    @Test
    void shouldAnswerAnyOffsetAndLengthWithZerosBehindTheEnd() throws IOException {
        ByteBuffer whole = config(Map.of(), 0, 256);
        assertThat(whole.slice(57, 199)).isEqualTo(ByteBuffer.allocate(199));
        for (int offset : new int[] {0, 1, 19, 31, 32, 33, 57, 95, 96, 200}) {
            int length = Math.min(40, 256 - offset);
            assertThat(config(Map.of(), offset, length).flip().limit(length))
                    .as("offset %d", offset)
                    .isEqualTo(whole.slice(offset, length));
        }
        assertThat(config(Map.of(), Integer.MAX_VALUE, 8).flip()).isEqualTo(ByteBuffer.allocate(8));
        assertThat(config(Map.of(), -1, 8).flip()).isEqualTo(ByteBuffer.allocate(8));
        assertThat(config(Map.of(), 0, 0).capacity()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 31, 33, 60, -1, Integer.MAX_VALUE})
    void shouldLetTheDriverWriteNothingButTheWriteCacheMode(int offset) throws IOException {
        BlkDriver driver = new BlkDriver(bdev);
        assertThat(driver.device.writeConfig(offset, ByteBuffer.allocate(1))).isCompleted();
        assertThat(driver.device.writeConfig(32, ByteBuffer.allocate(0))).isCompleted();
        ByteBuffer after = ByteBuffer.allocate(60);
        driver.device.readConfig(0, after);
        assertThat(after.flip()).isEqualTo(config(Map.of(), 0, 60).flip());
    }

    @Test
    void shouldFindTheWriteCacheModeInALargerWrite() throws IOException {
        BlkDriver driver = new BlkDriver(bdev);
        driver.device.writeConfig(30, ByteBuffer.wrap(new byte[] {9, 9, 9, 0, 9}, 1, 4));
        ByteBuffer mode = ByteBuffer.allocate(1);
        driver.device.readConfig(32, mode);
        assertThat(mode.get(0)).isZero();
    }

    @Test
    void shouldOfferFeatures() throws IOException {
        long all = BlkFeatures.SEG_MAX
                | BlkFeatures.BLK_SIZE
                | BlkFeatures.FLUSH
                | BlkFeatures.TOPOLOGY
                | BlkFeatures.CONFIG_WCE
                | BlkFeatures.DISCARD
                | BlkFeatures.WRITE_ZEROES;
        assertThat(features(Map.of("num_queues", 1))).isEqualTo(all);
        assertThat(features(Map.of("num_queues", 2))).isEqualTo(all | BlkFeatures.MQ);
        assertThat(features(Map.of("num_queues", 1, "readonly", true))).isEqualTo(all | BlkFeatures.RO);
        bdev.readOnly = true;
        bdev.unsupported.add(BlockType.DISCARD);
        bdev.unsupported.add(BlockType.WRITE_ZEROES);
        assertThat(features(Map.of("num_queues", 1)))
                .isEqualTo((all | BlkFeatures.RO) & ~BlkFeatures.DISCARD & ~BlkFeatures.WRITE_ZEROES);
    }

    private long features(Map<String, Object> options) throws IOException {
        return new BlkDriver(bdev, options).device.features();
    }
}
