// SPDX-License-Identifier: Apache-2.0
package io.hotbay.migrate.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RegionsTest {
    private static final int SHIFT = 14;
    private static final int SIZE = 1 << SHIFT;
    private final Regions regions = new Regions(100L * SIZE - 512, SHIFT);

    private void copyAll() {
        for (int region = regions.next(0); region >= 0; region = regions.next(region)) {
            regions.beginCopy(region);
            regions.endCopy(region, true);
        }
    }

    @Test
    void shouldHaveToCopyEverythingOnce() {
        assertThat(regions.left()).isEqualTo(100);
        assertThat(regions.done()).isZero();
        assertThat(regions.length(99)).isEqualTo(SIZE - 512);
        copyAll();
        assertThat(regions.left()).isZero();
        assertThat(regions.next(7)).isEqualTo(-1);
        assertThat(regions.done()).isEqualTo(regions.bytes());
    }

    @Test
    void shouldFindTheNextOneAllAround() {
        copyAll();
        regions.mark(3 * SIZE, 1);
        regions.mark(70 * SIZE + 5, SIZE);
        assertThat(regions.left()).isEqualTo(3);
        assertThat(regions.next(0)).isEqualTo(3);
        assertThat(regions.next(4)).isEqualTo(70);
        assertThat(regions.next(71)).isEqualTo(71);
        assertThat(regions.next(72)).isEqualTo(3);
        assertThat(regions.next(100)).isEqualTo(3);
    }

    @Test
    void shouldWriteTheSourceAloneWhereItIsCopiedLater() {
        assertThat(regions.begin(0, 512)).isEqualTo(Regions.COPY_LATER);
        copyAll();
        assertThat(regions.begin(0, 512)).isNotEqualTo(Regions.COPY_LATER);
        regions.beginCopy(5);
        assertThat(regions.begin(4 * SIZE, 2 * SIZE)).isEqualTo(Regions.COPY_LATER);
        regions.endCopy(5, true);
        assertThat(regions.begin(4 * SIZE, 2 * SIZE)).isNotEqualTo(Regions.COPY_LATER);
    }

    @Test
    void shouldCopyAgainWhatWasCopiedDuringAWrite() {
        copyAll();
        long ticket = regions.begin(9 * SIZE - 512, 1024);
        regions.end(9 * SIZE - 512, 1024, ticket, true);
        assertThat(regions.left()).isZero();

        ticket = regions.begin(9 * SIZE - 512, 1024);
        regions.mark(9 * SIZE, 1);
        regions.beginCopy(9);
        regions.endCopy(9, true);
        assertThat(regions.left()).isZero();
        regions.end(9 * SIZE - 512, 1024, ticket, true);
        assertThat(regions.left()).isEqualTo(2);
    }

    @Test
    void shouldCopyAgainWhatTwoHaveWrittenAtATime() {
        copyAll();
        long first = regions.begin(SIZE, 4096);
        long beside = regions.begin(SIZE + 4096, 4096);
        regions.end(SIZE + 4096, 4096, beside, true);
        assertThat(regions.left()).isZero();
        long second = regions.begin(SIZE + 512, 512);
        regions.end(SIZE, 4096, first, true);
        assertThat(regions.left()).isZero();
        regions.end(SIZE + 512, 512, second, true);
        assertThat(regions.left()).isEqualTo(1);
        copyAll();
        regions.end(SIZE, 4096, regions.begin(SIZE, 4096), true);
        assertThat(regions.left()).isZero();
    }

    @Test
    void shouldCopyAgainWhatWentWrong() {
        copyAll();
        regions.end(0, 512, regions.begin(0, 512), false);
        assertThat(regions.next(0)).isZero();
        regions.beginCopy(0);
        regions.endCopy(0, false);
        assertThat(regions.next(0)).isZero();
    }
}
