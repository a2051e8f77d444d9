// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.hugepages.internal.LeaseHeader.DamagedException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeaseHeaderTest {
    private static final LeaseHeader HEADER = new LeaseHeader(
            "bdev-Malloc0",
            Path.of("/dev/huge pages/hotbay/run/bdev-Malloc0"),
            17,
            5000,
            8192,
            4096,
            1,
            UUID.fromString("0d6cf0a2-6f33-4f2e-9b7e-2f4b8f1d9a55"));

    @Test
    void shouldReadWhatItHasWritten() throws DamagedException {
        assertThat(LeaseHeader.parse(HEADER.text())).isEqualTo(HEADER);
        LeaseHeader longer = HEADER.resized(9000, 12288);
        assertThat(LeaseHeader.parse(longer.text())).isEqualTo(longer);
    }

    @Test
    void shouldFindEveryTornHeaderAndEveryChangedCharacter() {
        String text = HEADER.text();
        for (int length = 0; length < text.length(); length++) {
            assertDamaged(text.substring(0, length));
            char other = text.charAt(length) == '7' ? '8' : '7';
            assertDamaged(text.substring(0, length) + other + text.substring(length + 1));
        }
        assertDamaged(text + "\n");
        assertDamaged(text + text);
    }

    private static void assertDamaged(String text) {
        assertThatThrownBy(() -> LeaseHeader.parse(text)).isInstanceOf(DamagedException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "hotbay-lease 1, hotbay-lease 2, 'has version 2, this Hotbay knows version 1'",
        "hotbay-lease 1, somebody-else 1, is none of Hotbay's",
        "size=5000, size=0, is damaged: its figures contradict each other",
        "size=5000, size=-1, is damaged: its figures contradict each other",
        "size=5000, size=9000, is damaged: its figures contradict each other",
        "size=5000, size=9223372036854775807, is damaged: its figures contradict each other",
        "length=8192, length=8193, is damaged: its figures contradict each other",
        "page_size=4096, page_size=0, is damaged: its figures contradict each other",
        "name=bdev-Malloc0, name=../x, is damaged: its figures contradict each other",
        "id=0d6, it=0d6, is damaged: id is missing",
        "inode=17, inode=x, 'is damaged: For input string: \"x\"'"
    })
    void shouldNotTrustTheChecksumAlone(String right, String wrong, String problem) {
        String content = HEADER.text().replaceAll("crc32c=.*\n", "").replace(right, wrong);
        CRC32C checksum = new CRC32C();
        checksum.update(content.getBytes(StandardCharsets.UTF_8));
        String text = content + String.format("crc32c=%08x\n", checksum.getValue());
        assertThatThrownBy(() -> LeaseHeader.parse(text))
                .isInstanceOf(DamagedException.class)
                .hasMessage(problem);
    }
}
