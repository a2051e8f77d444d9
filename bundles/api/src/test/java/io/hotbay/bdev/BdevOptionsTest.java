// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.UUID;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BdevOptionsTest {
    private static final String UUID_TEXT = "6f0e37a1-5d0c-4b6c-9a0e-0d8f2d1c7b11";

    @Test
    void shouldCountBlocks() {
        BdevOptions options = BdevOptions.of("Malloc0", "64MiB", 4096, 0, "", false);
        assertThat(options.size()).isEqualTo(64L << 20);
        assertThat(options.blocks()).isEqualTo(16384);
        assertThat(options.physicalBlockSize()).isEqualTo(4096);
    }

    @Test
    void shouldDeriveAnUuidFromTheNameThatStaysTheSame() {
        UUID first = BdevOptions.of("Malloc0", "1M", 512, 0, "", false).uuid();
        assertThat(BdevOptions.of("Malloc0", "2M", 4096, 0, null, true).uuid()).isEqualTo(first);
        assertThat(BdevOptions.of("Malloc1", "1M", 512, 0, "", false).uuid()).isNotEqualTo(first);
    }

    @Test
    void shouldTakeAnUuid() {
        assertThat(BdevOptions.of("a", "1M", 512, 0, UUID_TEXT, false).uuid()).isEqualTo(UUID.fromString(UUID_TEXT));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x", "1-2-3-4-5", "6f0e37a1-5d0c-4b6c-9a0e-0d8f2d1c7b1g", "6f0e37a15d0c4b6c9a0e0d8f2d1c7b11"})
    void shouldRefuseAnUuidThatIsNone(String uuid) {
        refused(() -> BdevOptions.of("a", "1M", 512, 0, uuid, false))
                .hasMessageStartingWith("bdev a: uuid \"" + uuid + "\" is none: ");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -512, 256, 513, 1000, 131072, Integer.MIN_VALUE})
    void shouldRefuseABlockSizeThatIsNoPowerOfTwoFrom512To65536(int blockSize) {
        refused(() -> BdevOptions.of("a", "1M", blockSize, 0, "", false))
                .hasMessage("bdev a: block_size is " + blockSize + ": must be a power of two from 512 to 65536");
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 1024, 2048, 4096, 8192, 16384, 32768, 65536})
    void shouldTakeEveryBlockSizeFrom512To65536(int blockSize) {
        assertThat(BdevOptions.of("a", "1M", blockSize, 0, "", false).blockSize())
                .isEqualTo(blockSize);
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 3000, -1, 131072})
    void shouldRefuseAPhysicalBlockSizeBelowTheLogicalOneOrOdd(int physical) {
        refused(() -> BdevOptions.of("a", "1M", 1024, physical, "", false))
                .hasMessageStartingWith("bdev a: physical_block_size is " + physical + ": must be a power of two from");
    }

    @Test
    void shouldNameASizeThatFitsTheBlockSize() {
        refused(() -> BdevOptions.of("a", "10000", 4096, 0, "", false))
                .hasMessage(
                        "bdev a: size of 10000 bytes is no multiple of the block size (4096): use, for example, 8192");
    }

    @Test
    void shouldRefuseNoSize() {
        refused(() -> BdevOptions.of("a", null, 512, 0, "", false))
                .hasMessageStartingWith("bdev a: option size is missing");
        refused(() -> BdevOptions.of("a", "0", 512, 0, "", false)).hasMessageStartingWith("bdev a: size is 0: ");
        refused(() -> BdevOptions.of("a", "big", 512, 0, "", false))
                .hasMessageStartingWith("bdev a: size \"big\" is no size");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a/b", "ü", "12345678901234567890123456789012345678901234567890123456789012345"})
    void shouldRefuseANameThatCouldNotBeAFileName(String name) {
        refused(() -> BdevOptions.of(name, "1M", 512, 0, "", false)).hasMessageContaining("is no name for a bdev");
    }

    @Test
    void shouldRefuseChangesToAReadOnlyDeviceOnly() {
        BdevOptions readOnly = BdevOptions.of("a", "1M", 512, 0, "", true);
        BdevOptions writable = BdevOptions.of("a", "1M", 512, 0, "", false);
        for (int type = 0; type < BlockType.COUNT; type++) {
            boolean changes = type == BlockType.WRITE || type == BlockType.DISCARD || type == BlockType.WRITE_ZEROES;
            assertThat(readOnly.check(type, 0, 512))
                    .as(BlockType.name(type))
                    .isEqualTo(changes ? BlockStatus.READ_ONLY : BlockStatus.OK);
            assertThat(writable.check(type, 0, 512)).as(BlockType.name(type)).isEqualTo(BlockStatus.OK);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1048576, 0",
        "1048064, 512, 0",
        "1048576, 0, 0",
        "1048064, 1024, 5",
        "1048576, 512, 5",
        "0, 1049088, 5",
        "9223372036854775807, 512, 5",
        "512, 9223372036854775807, 5",
        "-512, 512, 5",
        "0, -512, 5"
    })
    void shouldRefuseWhatLiesBeyondTheEnd(long offset, long length, int status) {
        BdevOptions options = BdevOptions.of("a", "1M", 512, 0, "", false);
        for (int type : new int[] {BlockType.READ, BlockType.WRITE, BlockType.DISCARD, BlockType.WRITE_ZEROES}) {
            assertThat(options.check(type, offset, length))
                    .as(BlockType.name(type))
                    .isEqualTo(status);
        }
        assertThat(options.check(BlockType.FLUSH, offset, length)).isEqualTo(BlockStatus.OK);
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> refused(ThrowingCallable call) {
        return assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class);
    }
}
