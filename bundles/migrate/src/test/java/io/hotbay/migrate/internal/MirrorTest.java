// SPDX-License-Identifier: Apache-2.0
package io.hotbay.migrate.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;
import io.hotbay.target.TargetException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Guests write while everything is copied: afterwards the disks are the same, and nothing has been lost. */
class MirrorTest {
    private static final int SHIFT = 14;
    private static final int SIZE = 64 << SHIFT;

    private final MemoryDisk source = new MemoryDisk(SIZE);
    private final MemoryDisk destination = new MemoryDisk(SIZE + 8192);
    private final Regions regions = new Regions(SIZE, SHIFT);
    private final List<String> failures = new ArrayList<>();
    private final Mirror mirror = new Mirror(source, destination, regions, failures::add);

    private void copy() throws Exception {
        try (Copier copier = new Copier(source, destination, regions)) {
            assertThat(copier.copy(0, bytes -> true)).isTrue();
        }
    }

    private void assertSame() {
        assertThat(destination.bytes(0, SIZE)).isEqualTo(source.bytes(0, SIZE));
    }

    /** Several queues on threads of their own write all over each other; the source says what is right. */
    @ParameterizedTest
    @ValueSource(ints = {0, 50, 90})
    void shouldMakeBothTheSameWhateverIsWrittenMeanwhile(int slowness) throws Exception {
        source.slowness = slowness;
        destination.slowness = slowness;
        byte[] before = new byte[SIZE];
        new Random(1).nextBytes(before);
        source.put(0, before);
        AtomicBoolean end = new AtomicBoolean();
        List<CompletableFuture<Void>> guests = new ArrayList<>();
        for (int queue = 0; queue < 3; queue++) {
            int seed = queue;
            guests.add(CompletableFuture.runAsync(() -> write(seed, end)));
        }
        for (int round = 0; round < 8; round++) {
            try (Copier copier = new Copier(source, destination, regions)) {
                copier.copy(1, bytes -> true);
            }
            regions.mark(0, SIZE / 4);
        }
        end.set(true);
        guests.forEach(CompletableFuture::join);
        assertThat(mirror.close(1)).isTrue();
        copy();
        assertSame();
        assertThat(failures).isEmpty();
        assertThat(source.channels).hasValue(0);
        assertThat(destination.channels).hasValue(0);
    }

    private void write(int seed, AtomicBoolean end) {
        Random random = new Random(seed);
        int[] types = {
            BlockType.WRITE, BlockType.WRITE, BlockType.WRITE_ZEROES, BlockType.DISCARD, BlockType.READ, BlockType.FLUSH
        };
        try (Guest guest = new Guest(mirror)) {
            while (!end.get()) {
                for (int i = random.nextInt(guest.free.size() + 1); i > 0; i--) {
                    int length = (1 + random.nextInt(Guest.LARGEST / MemoryDisk.BLOCK)) * MemoryDisk.BLOCK;
                    // all close together, so that they meet
                    long offset = (long) random.nextInt((SIZE / 8 - length) / MemoryDisk.BLOCK) * MemoryDisk.BLOCK;
                    int type = types[random.nextInt(types.length)];
                    guest.begin(type, offset, length, (byte) random.nextInt());
                }
                guest.submit();
                guest.poll();
            }
            guest.drain();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One queue without overlaps of its own: what it reads is what it has written, all the time and afterwards. */
    @ParameterizedTest
    @ValueSource(ints = {0, 70})
    void shouldLoseNoWrite(int slowness) throws Exception {
        source.slowness = slowness;
        destination.slowness = slowness;
        byte[] model = new byte[SIZE];
        Random random = new Random(3);
        CompletableFuture<Void> copying = CompletableFuture.runAsync(() -> {
            try {
                copy();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        try (Guest guest = new Guest(mirror)) {
            for (int round = 0; round < 500; round++) {
                int offset = random.nextInt(SIZE / MemoryDisk.BLOCK - 8) * MemoryDisk.BLOCK;
                int length = (1 + random.nextInt(8)) * MemoryDisk.BLOCK;
                byte value = (byte) (round % 3 == 0 ? 0 : random.nextInt());
                int type = round % 3 == 0 ? BlockType.WRITE_ZEROES : BlockType.WRITE;
                assertThat(guest.perform(type, offset, length, value)).isZero();
                Arrays.fill(model, offset, offset + length, value);
            }
        }
        copying.join();
        copy();
        assertThat(source.bytes(0, SIZE)).isEqualTo(model);
        assertSame();
    }

    @Test
    void shouldWriteToBothOnceARegionIsCopied() throws Exception {
        copy();
        try (Guest guest = new Guest(mirror)) {
            assertThat(guest.perform(BlockType.WRITE, 4096, 8192, (byte) 7)).isZero();
            assertThat(guest.perform(BlockType.WRITE_ZEROES, 8192, 512, (byte) 0))
                    .isZero();
        }
        assertThat(regions.left()).isZero();
        assertThat(destination.bytes(4096, 1)).containsExactly(7);
        assertSame();
    }

    @Test
    void shouldReadFromTheSource() throws Exception {
        copy();
        destination.put(0, new byte[] {9});
        try (Guest guest = new Guest(mirror)) {
            int slot = guest.begin(BlockType.READ, 0, 512, (byte) 0);
            guest.submit();
            guest.drain();
            assertThat(guest.memory.get(slot * Guest.LARGEST)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {BlockStatus.IO_ERROR, BlockStatus.NO_SPACE})
    void shouldKeepTheGuestUnharmedWhenTheDestinationFails(int status) throws Exception {
        copy();
        destination.writeStatus = status;
        try (Guest guest = new Guest(mirror)) {
            assertThat(guest.perform(BlockType.WRITE, 0, 512, (byte) 1)).isZero();
            assertThat(guest.perform(BlockType.WRITE, 0, 512, (byte) 2)).isZero();
        }
        assertThat(failures).singleElement().asString().contains("write").contains("status " + status);
        assertThat(mirror.isAlone()).isTrue();
        assertThat(regions.left()).isEqualTo(1);
        assertThat(source.bytes(0, 1)).containsExactly(2);
    }

    @Test
    void shouldKeepTheGuestUnharmedWhenTheDestinationThrows() throws Exception {
        copy();
        source.slowness = 50;
        destination.slowness = 100;
        try (Guest guest = new Guest(mirror)) {
            int waiting = guest.begin(BlockType.WRITE, 0, 512, (byte) 1);
            guest.submit();
            destination.throwing = true;
            assertThat(guest.perform(BlockType.WRITE, 4096, 512, (byte) 2)).isZero();
            guest.drain();
            assertThat(guest.requests.status(waiting)).isZero();
            assertThat(guest.perform(BlockType.WRITE, 8192, 512, (byte) 3)).isZero();
        }
        assertThat(failures).singleElement().asString().contains("broken");
        assertThat(regions.next(0)).isZero();
    }

    @Test
    void shouldTellTheErrorsOfTheSourceAndCopyAgain() throws Exception {
        copy();
        source.writeStatus = BlockStatus.IO_ERROR;
        try (Guest guest = new Guest(mirror)) {
            assertThat(guest.perform(BlockType.WRITE, 0, 512, (byte) 1)).isEqualTo(BlockStatus.IO_ERROR);
        }
        assertThat(failures).isEmpty();
        assertThat(regions.left()).isEqualTo(1);
    }

    @Test
    void shouldOpenNoChannelOnceItIsClosed() throws Exception {
        Guest guest = new Guest(mirror);
        assertThat(mirror.close(1)).isFalse();
        assertThatThrownBy(() -> new Guest(mirror)).hasMessage("bdev Disk is being exchanged just now");
        guest.close();
        assertThat(mirror.close(1)).isTrue();
    }

    @Test
    void shouldStopBetweenTwoRegions() throws Exception {
        try (Copier copier = new Copier(source, destination, regions)) {
            assertThat(copier.copy(0, bytes -> false)).isFalse();
        }
        assertThat(regions.left()).isEqualTo(63);
    }

    @Test
    void shouldRefuseADestinationThatDoesNotFit() throws TargetException {
        Fitness.check(source, destination, "test", false);
        assertThatThrownBy(() -> Fitness.check(destination, source, "test", false))
                .hasMessageContaining("which do not fit in");
        destination.forgetful = true;
        assertThatThrownBy(() -> Fitness.check(source, destination, "test", false))
                .hasMessage("a test bdev does not keep what is written to it: Disk would be lost");
        destination.readOnly = true;
        assertThatThrownBy(() -> Fitness.check(source, destination, "test", false))
                .hasMessageContaining("read-only");
    }
}
