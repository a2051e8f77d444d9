// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class ControlMessageTest {
    private final ByteBuffer bytes = ByteBuffer.allocate(128).order(ByteOrder.nativeOrder());

    @Test
    void shouldTakeSpaceInMultiplesOfEight() {
        assertThat(ControlMessage.space(0)).isEqualTo(16);
        assertThat(ControlMessage.space(1)).isEqualTo(24);
        assertThat(ControlMessage.space(2)).isEqualTo(24);
        assertThat(ControlMessage.space(64)).isEqualTo(272);
    }

    @Test
    void shouldReadWhatItWrote() {
        ControlMessage.write(bytes, 8, new int[] {3, 5, 7});
        assertThat(ControlMessage.isAt(bytes, 8, 8 + ControlMessage.space(3))).isTrue();
        assertThat(ControlMessage.count(bytes, 8)).isEqualTo(3);
        assertThat(ControlMessage.descriptor(bytes, 8, 2)).isEqualTo(7);
        assertThat(ControlMessage.next(bytes, 8)).isEqualTo(8 + ControlMessage.space(3));
    }

    @Test
    void shouldSeeNoMessageWhereLengthsMakeNoSense() {
        assertThat(ControlMessage.isAt(bytes, 0, 128)).as("length 0").isFalse();
        bytes.putLong(0, 15);
        assertThat(ControlMessage.isAt(bytes, 0, 128))
                .as("shorter than its header")
                .isFalse();
        bytes.putLong(0, 129);
        assertThat(ControlMessage.isAt(bytes, 0, 128))
                .as("longer than the room")
                .isFalse();
        bytes.putLong(0, 1L << 32 | 20);
        assertThat(ControlMessage.isAt(bytes, 0, 128)).as("longer than an int").isFalse();
        bytes.putLong(0, 16);
        assertThat(ControlMessage.isAt(bytes, 0, 15)).as("no room").isFalse();
    }

    @Test
    void shouldSeeNoDescriptorsInAMessageOfAnotherKind() {
        ControlMessage.write(bytes, 0, new int[] {3, 5, 7});
        int credentials = 2;
        bytes.putInt(12, credentials);
        assertThat(ControlMessage.count(bytes, 0)).isZero();
    }
}
