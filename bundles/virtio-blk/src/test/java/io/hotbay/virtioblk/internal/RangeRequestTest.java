// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import static io.hotbay.virtioblk.internal.BlkDriver.headerBytes;
import static io.hotbay.virtioblk.internal.BlkDriver.pattern;
import static io.hotbay.virtioblk.internal.BlkDriver.rangeBytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.bdev.BlockType;
import io.hotbay.virtioblk.internal.BlkDriver.Chain;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** DISCARD and WRITE_ZEROES: the cases of QEMU's vhost-user-blk-test, and what lies around them. */
class RangeRequestTest {
    private static final int SECTORS = FakeBdev.SIZE / 512;
    private static final int MAX_SECTORS = (256 << 10) / 512;

    private final FakeBdev bdev = new FakeBdev();

    private int send(int type, long sector, int sectors, int flags) throws IOException {
        Chain chain = new BlkDriver(bdev).start().range(type, rangeBytes(sector, sectors, flags));
        int status = chain.send();
        assertThat(chain.used()).isEqualTo(1);
        return status;
    }

    @Test
    void shouldHandDiscardsToTheBdev() throws IOException {
        assertThat(send(BlkRequest.DISCARD, 8, 16, 0)).isEqualTo(BlkRequest.OK);
        assertThat(bdev.log).containsExactly("discard 4096+8192");
    }

    @Test
    void shouldWriteZeros() throws IOException {
        System.arraycopy(pattern(2048, 1), 0, bdev.store, 0, 2048);
        assertThat(send(BlkRequest.WRITE_ZEROES, 1, 2, 0)).isEqualTo(BlkRequest.OK);
        byte[] expected = pattern(2048, 1);
        Arrays.fill(expected, 512, 1536, (byte) 0);
        assertThat(Arrays.copyOf(bdev.store, 2048)).isEqualTo(expected);
        assertThat(bdev.log).containsExactly("write_zeroes 512+1024");
    }

    @Test
    void shouldPassTheUnmapFlagOfWriteZeroesOnlyIfTheBdevCanUnmap() throws IOException {
        assertThat(send(BlkRequest.WRITE_ZEROES, 0, 1, 1)).isEqualTo(BlkRequest.OK);
        bdev.unsupported.add(BlockType.DISCARD);
        assertThat(send(BlkRequest.WRITE_ZEROES, 0, 1, 1)).isEqualTo(BlkRequest.OK);
        assertThat(bdev.log).containsExactly("write_zeroes 0+512 flags 2", "write_zeroes 0+512");
    }

    @Test
    void shouldRefuseTheUnmapFlagOfDiscard() throws IOException {
        assertThat(send(BlkRequest.DISCARD, 0, 1, 1)).isEqualTo(BlkRequest.UNSUPP);
        assertThat(bdev.log).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {BlkRequest.DISCARD, BlkRequest.WRITE_ZEROES})
    void shouldRefuseTwoSegments(int type) throws IOException {
        byte[] two = Arrays.copyOf(rangeBytes(0, 1, 0), 32);
        assertThat(new BlkDriver(bdev).start().range(type, two).send()).isEqualTo(BlkRequest.UNSUPP);
        assertThat(bdev.log).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {BlkRequest.DISCARD, BlkRequest.WRITE_ZEROES})
    void shouldRefuseHalfASegment(int type) throws IOException {
        BlkDriver driver = new BlkDriver(bdev).start();
        assertThat(driver.range(type, new byte[15]).send()).isEqualTo(BlkRequest.IOERR);
        assertThat(driver.chain().header(type, 0).status().send()).isEqualTo(BlkRequest.IOERR);
        assertThat(bdev.log).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {BlkRequest.DISCARD, BlkRequest.WRITE_ZEROES})
    void shouldRefuseMoreSectorsThanTheLimit(int type) throws IOException {
        assertThat(send(type, 0, 0xffff_ffff, 0)).isEqualTo(BlkRequest.IOERR);
        assertThat(send(type, 0, 0x8000_0000, 0)).isEqualTo(BlkRequest.IOERR);
        assertThat(send(type, 0, MAX_SECTORS + 1, 0)).isEqualTo(BlkRequest.IOERR);
        assertThat(send(type, 0, MAX_SECTORS, 0)).isEqualTo(BlkRequest.OK);
        assertThat(bdev.log).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {BlkRequest.DISCARD, BlkRequest.WRITE_ZEROES})
    void shouldRefuseWhatIsBeyondTheEnd(int type) throws IOException {
        assertThat(send(type, SECTORS, 1, 0)).isEqualTo(BlkRequest.IOERR);
        assertThat(send(type, SECTORS - 1, 2, 0)).isEqualTo(BlkRequest.IOERR);
        assertThat(send(type, -1, 1, 0)).isEqualTo(BlkRequest.IOERR);
        assertThat(send(type, 1L << 55, 1, 0)).isEqualTo(BlkRequest.IOERR);
        assertThat(send(type, SECTORS - 1, 1, 0)).isEqualTo(BlkRequest.OK);
        assertThat(bdev.log).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {BlkRequest.DISCARD, BlkRequest.WRITE_ZEROES})
    void shouldRefuseUnknownFlags(int type) throws IOException {
        assertThat(send(type, 0, 1, ~1)).isEqualTo(BlkRequest.UNSUPP);
        assertThat(send(type, 0, 1, 0x8000_0000)).isEqualTo(BlkRequest.UNSUPP);
        assertThat(bdev.log).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {BlkRequest.DISCARD, BlkRequest.WRITE_ZEROES})
    void shouldCheckInTheOrderOfQemuStorageDaemon(int type) throws IOException {
        BlkDriver driver = new BlkDriver(bdev).start();
        byte[] longAndOdd = Arrays.copyOf(rangeBytes(0, -1, ~1), 17);
        assertThat(driver.range(type, longAndOdd).send())
                .as("length before all")
                .isEqualTo(BlkRequest.UNSUPP);
        assertThat(send(type, 0, -1, ~1)).as("count before flags").isEqualTo(BlkRequest.IOERR);
        assertThat(send(type, SECTORS, 1, ~1)).as("range before flags").isEqualTo(BlkRequest.IOERR);
    }

    @ParameterizedTest
    @ValueSource(ints = {BlkRequest.DISCARD, BlkRequest.WRITE_ZEROES})
    void shouldRefuseWhatIsNotOnBlockBoundaries(int type) throws IOException {
        bdev.blockSize = 4096;
        assertThat(send(type, 1, 8, 0)).isEqualTo(BlkRequest.IOERR);
        assertThat(send(type, 8, 7, 0)).isEqualTo(BlkRequest.IOERR);
        assertThat(send(type, 8, 16, 0)).isEqualTo(BlkRequest.OK);
        assertThat(bdev.log).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {BlkRequest.DISCARD, BlkRequest.WRITE_ZEROES})
    void shouldRefuseChangesToAReadOnlyDevice(int type) throws IOException {
        bdev.readOnly = true;
        assertThat(send(type, 0, 1, 0)).isEqualTo(BlkRequest.IOERR);
        assertThat(send(type, 0, 1, ~1)).isEqualTo(BlkRequest.IOERR);
        assertThat(bdev.log).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {BlkRequest.DISCARD, BlkRequest.WRITE_ZEROES})
    void shouldDoNothingForNoSectors(int type) throws IOException {
        assertThat(send(type, 5, 0, 0)).isEqualTo(BlkRequest.OK);
        assertThat(bdev.log).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {BlkRequest.DISCARD, BlkRequest.WRITE_ZEROES})
    void shouldJoinASegmentThatIsSplitOrFollowsTheHeaderAtOnce(int type) throws IOException {
        BlkDriver driver = new BlkDriver(bdev).start();
        Chain bytewise = driver.chain()
                .readableBytewise(headerBytes(type, 0))
                .readableBytewise(rangeBytes(2, 3, 0))
                .status();
        assertThat(bytewise.send()).isEqualTo(BlkRequest.OK);
        byte[] both = Arrays.copyOf(headerBytes(type, 0), 32);
        System.arraycopy(rangeBytes(4, 5, 0), 0, both, 16, 16);
        assertThat(driver.chain().readable(both).status().send()).isEqualTo(BlkRequest.OK);
        assertThat(bdev.log).hasSize(2);
        assertThat(bdev.log.get(0)).endsWith(" 1024+1536");
        assertThat(bdev.log.get(1)).endsWith(" 2048+2560");
    }

    @Test
    void shouldAnswerUnsupportedWhenNotNegotiated() throws IOException {
        BlkDriver driver = new BlkDriver(bdev).start(BlkFeatures.FLUSH);
        assertThat(driver.range(BlkRequest.DISCARD, rangeBytes(0, 1, 0)).send()).isEqualTo(BlkRequest.UNSUPP);
        assertThat(driver.range(BlkRequest.WRITE_ZEROES, rangeBytes(0, 1, 0)).send())
                .isEqualTo(BlkRequest.UNSUPP);
        assertThat(bdev.log).isEmpty();
    }
}
