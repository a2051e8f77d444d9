// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import static io.hotbay.virtioblk.internal.BlkDriver.UNTOUCHED;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.bdev.BlockType;
import io.hotbay.virtioblk.internal.BlkDriver.Chain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** FLUSH, GET_ID and types that are not done. */
class OtherRequestTest {
    private final FakeBdev bdev = new FakeBdev();

    @Test
    void shouldFlushWhateverTheSectorSays() throws IOException {
        BlkDriver driver = new BlkDriver(bdev).start();
        Chain flush = driver.chain().header(BlkRequest.FLUSH, 99).status();
        assertThat(flush.send()).isEqualTo(BlkRequest.OK);
        assertThat(flush.used()).isEqualTo(1);
        assertThat(bdev.log).containsExactly("flush 0+0");
    }

    @Test
    void shouldAnswerUnsupportedToAFlushThatWasNotNegotiated() throws IOException {
        BlkDriver driver = new BlkDriver(bdev);
        driver.start(driver.device.features() & ~BlkFeatures.FLUSH);
        assertThat(driver.flush().send()).isEqualTo(BlkRequest.UNSUPP);
        assertThat(bdev.log).isEmpty();
    }

    @Test
    void shouldHaveNothingToFlushOnABdevThatDoesNotDoIt() throws IOException {
        bdev.unsupported.add(BlockType.FLUSH);
        assertThat(new BlkDriver(bdev).start().flush().send()).isEqualTo(BlkRequest.OK);
        assertThat(bdev.log).isEmpty();
    }

    private Chain getId(Map<String, Object> options, int length) throws IOException {
        Chain chain = new BlkDriver(bdev, options)
                .start(0)
                .chain()
                .header(BlkRequest.GET_ID, 0)
                .writable(length)
                .status();
        assertThat(chain.send()).isEqualTo(BlkRequest.OK);
        return chain;
    }

    private static byte[] padded(String text, int length) {
        return Arrays.copyOf(text.getBytes(StandardCharsets.US_ASCII), length);
    }

    @Test
    void shouldTellTheNameOfTheControllerAsIdPaddedWithZeros() throws IOException {
        Chain id = getId(Map.of(), 20);
        assertThat(id.data()).isEqualTo(padded("vhostblk0", 20));
        assertThat(id.used()).isEqualTo(21);
    }

    @Test
    void shouldTellAnIdThatFillsTheFieldWithoutAZero() throws IOException {
        assertThat(getId(Map.of("serial", "12345678901234567890"), 20).data())
                .isEqualTo(padded("12345678901234567890", 20));
    }

    @Test
    void shouldFillAShortBufferWithTheBeginningOfTheId() throws IOException {
        Chain id = getId(Map.of("serial", "1234567890"), 7);
        assertThat(id.data()).isEqualTo(padded("1234567", 7));
        assertThat(id.used()).isEqualTo(8);
        assertThat(getId(Map.of(), 0).used()).isEqualTo(1);
    }

    @Test
    void shouldLeaveTheRestOfALongBufferAlone() throws IOException {
        Chain id = getId(Map.of("serial", "abc"), 30);
        assertThat(Arrays.copyOf(id.data(), 20)).isEqualTo(padded("abc", 20));
        assertThat(Arrays.copyOfRange(id.data(), 20, 30)).containsOnly(UNTOUCHED);
        assertThat(id.used()).isEqualTo(21);
    }

    @Test
    void shouldSpreadTheIdOverSegments() throws IOException {
        Chain chain = new BlkDriver(bdev, Map.of("serial", "abcdefghij"))
                .start()
                .chain()
                .header(BlkRequest.GET_ID, 0)
                .writable(3)
                .writable(4)
                .writable(14);
        assertThat(chain.send()).isEqualTo(BlkRequest.OK);
        assertThat(chain.data()).isEqualTo(padded("abcdefghij", 20));
        assertThat(chain.used()).isEqualTo(21);
    }

    /** SCSI commands, FLUSH_OUT, lifetime, secure erase, zones, and types with the BARRIER bit. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 6, 7, 9, 10, 12, 14, 15, 16, 18, 20, 22, 24, 26, 27, 0x8000_0000, 0x8000_0001, -1})
    void shouldAnswerUnsupportedToOtherTypes(int type) throws IOException {
        Chain chain = new BlkDriver(bdev)
                .start()
                .chain()
                .header(type, 0)
                .readable(new byte[512])
                .writable(512)
                .status();
        assertThat(chain.send()).isEqualTo(BlkRequest.UNSUPP);
        assertThat(chain.used()).isEqualTo(1);
        assertThat(chain.data()).containsOnly(UNTOUCHED);
        assertThat(bdev.log).isEmpty();
    }
}
