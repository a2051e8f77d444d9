// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import static io.hotbay.virtioblk.internal.BlkDriver.UNTOUCHED;
import static io.hotbay.virtioblk.internal.BlkDriver.headerBytes;
import static io.hotbay.virtioblk.internal.BlkDriver.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;
import io.hotbay.virtioblk.internal.BlkDriver.Chain;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReadWriteTest {
    private static final int SECTORS = FakeBdev.SIZE / 512;

    private final FakeBdev bdev = new FakeBdev();

    private BlkDriver driver() throws IOException {
        return new BlkDriver(bdev).start();
    }

    @Test
    void shouldWriteWhatADriverSends() throws IOException {
        Chain write = driver().out(3, pattern(1024, 1));
        assertThat(write.send()).isEqualTo(BlkRequest.OK);
        assertThat(write.used()).isEqualTo(1);
        assertThat(Arrays.copyOfRange(bdev.store, 1536, 2560)).isEqualTo(pattern(1024, 1));
        assertThat(bdev.log).containsExactly("write 1536+1024");
    }

    @Test
    void shouldReadWhatIsOnTheDisk() throws IOException {
        System.arraycopy(pattern(2048, 2), 0, bdev.store, 512, 2048);
        Chain read = driver().in(1, 2048);
        assertThat(read.send()).isEqualTo(BlkRequest.OK);
        assertThat(read.data()).isEqualTo(pattern(2048, 2));
        assertThat(read.used()).isEqualTo(2049);
    }

    @Test
    void shouldTakeManySegmentsOfAnyLength() throws IOException {
        BlkDriver driver = driver();
        byte[] data = pattern(64 * 512, 3);
        Chain write = driver.chain().header(BlkRequest.OUT, 8);
        for (int at = 0, length = 1; at < data.length; at += length, length = 1 + at % 900) {
            length = Math.min(length, data.length - at);
            write.readable(Arrays.copyOfRange(data, at, at + length));
        }
        assertThat(write.status().send()).isEqualTo(BlkRequest.OK);
        Chain read = driver.chain().header(BlkRequest.IN, 8);
        for (int at = 0, length = 7; at < data.length; at += length, length = 1 + at % 700) {
            length = Math.min(length, data.length - at);
            read.writable(length);
        }
        assertThat(read.status().send()).isEqualTo(BlkRequest.OK);
        assertThat(read.data()).isEqualTo(data);
        assertThat(read.used()).isEqualTo(data.length + 1);
    }

    @Test
    void shouldFindAllPartsInChainsOfSingleBytes() throws IOException {
        BlkDriver driver = driver();
        Chain write = driver.chain()
                .readableBytewise(headerBytes(BlkRequest.OUT, 5))
                .readableBytewise(pattern(512, 4))
                .status();
        assertThat(write.send()).isEqualTo(BlkRequest.OK);
        Chain read = driver.chain().readableBytewise(headerBytes(BlkRequest.IN, 5));
        for (int i = 0; i < 512; i++) {
            read.writable(1);
        }
        assertThat(read.status().send()).isEqualTo(BlkRequest.OK);
        assertThat(read.data()).isEqualTo(pattern(512, 4));
        assertThat(read.used()).isEqualTo(513);
    }

    @Test
    void shouldFindHeaderAndDataInOneSegment() throws IOException {
        byte[] both = new byte[16 + 512];
        System.arraycopy(headerBytes(BlkRequest.OUT, 7), 0, both, 0, 16);
        System.arraycopy(pattern(512, 5), 0, both, 16, 512);
        assertThat(driver().chain().readable(both).status().send()).isEqualTo(BlkRequest.OK);
        assertThat(Arrays.copyOfRange(bdev.store, 7 * 512, 8 * 512)).isEqualTo(pattern(512, 5));
    }

    @Test
    void shouldFindDataAndStatusInOneSegment() throws IOException {
        System.arraycopy(pattern(512, 6), 0, bdev.store, 0, 512);
        Chain read = driver().chain().header(BlkRequest.IN, 0).writable(513);
        assertThat(read.send()).isEqualTo(BlkRequest.OK);
        assertThat(read.data()).isEqualTo(pattern(512, 6));
        assertThat(read.used()).isEqualTo(513);
    }

    @Test
    void shouldFindTheRestOfTheDataBeforeTheStatusInTheLastSegment() throws IOException {
        System.arraycopy(pattern(512, 6), 0, bdev.store, 0, 512);
        Chain read =
                driver().chain().header(BlkRequest.IN, 0).writable(512 - 100).writable(101);
        assertThat(read.send()).isEqualTo(BlkRequest.OK);
        assertThat(read.data()).isEqualTo(pattern(512, 6));
        assertThat(read.used()).isEqualTo(513);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 8, 15})
    void shouldJoinAHeaderThatIsSplit(int cut) throws IOException {
        byte[] header = headerBytes(BlkRequest.OUT, 0x2a);
        byte[] rest = Arrays.copyOf(Arrays.copyOfRange(header, cut, 16), 16 - cut + 512);
        System.arraycopy(pattern(512, 7), 0, rest, 16 - cut, 512);
        Chain write = driver().chain().readable(Arrays.copyOf(header, cut)).readable(rest);
        assertThat(write.status().send()).isEqualTo(BlkRequest.OK);
        assertThat(Arrays.copyOfRange(bdev.store, 0x2a * 512, 0x2b * 512)).isEqualTo(pattern(512, 7));
    }

    @Test
    void shouldIgnoreBytesOfTheOtherDirection() throws IOException {
        BlkDriver driver = driver();
        Chain write = driver.chain()
                .header(BlkRequest.OUT, 0)
                .readable(pattern(512, 8))
                .writable(100)
                .status();
        assertThat(write.send()).isEqualTo(BlkRequest.OK);
        assertThat(write.used()).isEqualTo(1);
        Chain read = driver.chain()
                .header(BlkRequest.IN, 0)
                .readable(pattern(100, 9))
                .writable(512)
                .status();
        assertThat(read.send()).isEqualTo(BlkRequest.OK);
        assertThat(read.data()).isEqualTo(pattern(512, 8));
    }

    @Test
    void shouldReachTheLastSectorAndNothingBehindIt() throws IOException {
        BlkDriver driver = driver();
        assertThat(driver.out(SECTORS - 1, pattern(512, 1)).send()).isEqualTo(BlkRequest.OK);
        assertThat(driver.in(SECTORS - 1, 512).send()).isEqualTo(BlkRequest.OK);
        bdev.log.clear();
        assertThat(driver.out(SECTORS - 1, pattern(1024, 1)).send()).isEqualTo(BlkRequest.IOERR);
        assertThat(driver.in(SECTORS - 1, 1024).send()).isEqualTo(BlkRequest.IOERR);
        assertThat(driver.in(SECTORS, 512).send()).isEqualTo(BlkRequest.IOERR);
        assertThat(bdev.log).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                -1,
                Long.MIN_VALUE,
                Long.MAX_VALUE,
                1L << 55,
                (1L << 55) + 1,
                1L << 63,
                0xffff_ffff_ffff_f800L,
                1L << 32
            })
    void shouldNotBeFooledByASectorThatOverflows(long sector) throws IOException {
        BlkDriver driver = driver();
        assertThat(driver.in(sector, 512).send()).isEqualTo(BlkRequest.IOERR);
        assertThat(driver.out(sector, pattern(512, 1)).send()).isEqualTo(BlkRequest.IOERR);
        assertThat(bdev.log).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 511, 513, 1000})
    void shouldRefuseALengthThatIsNoMultipleOfASector(int length) throws IOException {
        BlkDriver driver = driver();
        Chain read = driver.in(0, length);
        assertThat(read.send()).isEqualTo(BlkRequest.IOERR);
        assertThat(read.data()).containsOnly(UNTOUCHED);
        assertThat(driver.out(0, pattern(length, 1)).send()).isEqualTo(BlkRequest.IOERR);
        assertThat(bdev.log).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0, 512", "1, 4096", "8, 4608", "7, 4096", "12, 8192"})
    void shouldRefuseWhatIsNotOnBlockBoundaries(long sector, int length) throws IOException {
        bdev.blockSize = 4096;
        BlkDriver driver = driver();
        assertThat(driver.in(sector, length).send()).isEqualTo(BlkRequest.IOERR);
        assertThat(driver.out(sector, pattern(length, 1)).send()).isEqualTo(BlkRequest.IOERR);
        assertThat(bdev.log).isEmpty();
    }

    @Test
    void shouldCountInSectorsWhateverTheBlockSize() throws IOException {
        bdev.blockSize = 4096;
        assertThat(driver().in(16, 8192).send()).isEqualTo(BlkRequest.OK);
        assertThat(bdev.log).containsExactly("read 8192+8192");
    }

    @Test
    void shouldDoNothingForNoData() throws IOException {
        BlkDriver driver = driver();
        assertThat(driver.chain().header(BlkRequest.IN, 0).status().send()).isEqualTo(BlkRequest.OK);
        assertThat(driver.chain().header(BlkRequest.OUT, 0).status().send()).isEqualTo(BlkRequest.OK);
        assertThat(driver.chain().header(BlkRequest.IN, SECTORS + 1).status().send())
                .isEqualTo(BlkRequest.IOERR);
        assertThat(bdev.log).isEmpty();
    }

    @Test
    void shouldRefuseMoreDataThanOneGibibyte() throws IOException {
        bdev.size = 1L << 40;
        bdev.delayed = true;
        BlkDriver driver = driver();
        Chain most = driver.chain()
                .header(BlkRequest.IN, 0)
                .hugeWritable(1 << 30)
                .status()
                .offer();
        Chain tooMuch = driver.chain()
                .header(BlkRequest.IN, 0)
                .hugeWritable(1 << 30)
                .hugeWritable(512)
                .status()
                .offer();
        Chain wraps = driver.chain().header(BlkRequest.IN, 0);
        for (int i = 0; i < 4; i++) {
            wraps.hugeWritable(1 << 30);
        }
        wraps.hugeWritable(512).status().offer();
        driver.queue.poll();
        assertThat(bdev.log).containsExactly("read 0+1073741824");
        assertThat(most.isUsed()).isFalse();
        assertThat(tooMuch.statusByte()).isEqualTo(BlkRequest.IOERR);
        assertThat(wraps.statusByte()).isEqualTo(BlkRequest.IOERR);
        assertThat(tooMuch.used()).isEqualTo((1 << 30) + 512 + 1);
        assertThat(wraps.used()).as("as far as the field goes").isEqualTo(-1);
    }

    @Test
    void shouldRefuseToWriteToAReadOnlyBdev() throws IOException {
        bdev.readOnly = true;
        BlkDriver driver = driver();
        assertThat(driver.out(0, pattern(512, 1)).send()).isEqualTo(BlkRequest.IOERR);
        assertThat(driver.in(0, 512).send()).isEqualTo(BlkRequest.OK);
        assertThat(bdev.log).containsExactly("read 0+512");
    }

    @Test
    void shouldRefuseToWriteWhenTheControllerIsReadOnly() throws IOException {
        BlkDriver driver = new BlkDriver(bdev, Map.of("readonly", true)).start();
        assertThat(driver.out(0, pattern(512, 1)).send()).isEqualTo(BlkRequest.IOERR);
        assertThat(bdev.log).isEmpty();
    }

    @Test
    void shouldRefuseToWriteEvenIfTheDriverDidNotAcceptReadOnly() throws IOException {
        bdev.readOnly = true;
        BlkDriver driver = new BlkDriver(bdev).start(0);
        assertThat(driver.out(0, pattern(512, 1)).send()).isEqualTo(BlkRequest.IOERR);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                BlockStatus.IO_ERROR,
                BlockStatus.READ_ONLY,
                BlockStatus.NO_SPACE,
                BlockStatus.OUT_OF_RANGE,
                BlockStatus.ABORTED
            })
    void shouldAnswerWithAnErrorWhenTheBdevFails(int outcome) throws IOException {
        bdev.outcome = outcome;
        BlkDriver driver = driver();
        Chain read = driver.in(0, 512);
        assertThat(read.send()).isEqualTo(BlkRequest.IOERR);
        assertThat(driver.out(0, pattern(512, 1)).send()).isEqualTo(BlkRequest.IOERR);
        assertThat(driver.flush().send()).isEqualTo(BlkRequest.IOERR);
    }

    /** A read may have written a part before it failed; libblkio insists on the whole length. */
    @Test
    void shouldTellAllOfAFailedReadAsWritten() throws IOException {
        BlkDriver driver = driver();
        Chain refused = driver.in(SECTORS, 1024);
        assertThat(refused.send()).isEqualTo(BlkRequest.IOERR);
        assertThat(refused.used()).isEqualTo(1025);

        bdev.outcome = BlockStatus.IO_ERROR;
        Chain failed = driver.in(0, 512);
        assertThat(failed.send()).isEqualTo(BlkRequest.IOERR);
        assertThat(failed.used()).isEqualTo(513);
        Chain write = driver.out(0, pattern(512, 1));
        assertThat(write.send()).isEqualTo(BlkRequest.IOERR);
        assertThat(write.used()).isEqualTo(1);
    }

    @Test
    void shouldAnswerUnsupportedWhenTheBdevDoesNotDoIt() throws IOException {
        bdev.outcome = BlockStatus.UNSUPPORTED;
        assertThat(driver().in(0, 512).send()).isEqualTo(BlkRequest.UNSUPP);
        assertThat(bdev.statistics.snapshot().errors()[BlockType.READ]).isEqualTo(1);
    }
}
