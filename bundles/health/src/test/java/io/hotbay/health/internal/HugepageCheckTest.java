// SPDX-License-Identifier: Apache-2.0
package io.hotbay.health.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.memory.HugepageAllocator;
import io.hotbay.memory.HugepagePool;
import io.hotbay.memory.MemoryLease;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HugepageCheckTest {
    private static final long MIB = 1 << 20;
    private static final long PAGE = 2 * MIB;

    private final List<HugepagePool> pools = new ArrayList<>();
    private final List<MemoryLease> leases = new ArrayList<>();
    private long configured;

    @Test
    void shouldBeContentWithoutHugepagesWhenNothingWantsThem() {
        assertThat(check()).containsExactly("OK no hugepages are reserved, and no lease wants any");
    }

    @Test
    void shouldTellWhatIsFreeLessWhatIsPromised() {
        pool(0, 100, 60, 10, 40);
        leases.add(lease("malloc-Malloc0", 80 * MIB, PAGE));

        assertThat(check()).containsExactly("OK 100 MiB of 200 MiB are free");
    }

    @Test
    void shouldCountWhatIsPromisedOnceForAllNodes() {
        pool(0, 50, 10, 15, 40);
        pool(1, 50, 10, 15, 40);

        assertThat(check()).containsExactly("OK 10 MiB of 200 MiB are free");
    }

    @Test
    void shouldTellThatALeaseFellBackToOrdinaryPagesAndHowManyItTakes() {
        pool(0, 10, 4, 0, 6);
        leases.add(lease("malloc-Malloc0", 12 * MIB, PAGE));
        leases.add(lease("malloc-Malloc1", 13 * MIB, 4096));
        leases.add(lease("malloc-Malloc2", 1 * MIB, 4096));

        // 7 and 1 pages are wanted, 4 are free.
        assertThat(check())
                .containsExactly("WARN 2 leases (malloc-Malloc1, malloc-Malloc2) got 4 KiB pages for want of hugepages,"
                        + " which is slower: hugepages:setup --size 28MiB reserves enough, and the next start of the"
                        + " target takes them");
    }

    @Test
    void shouldNotAskForMoreWhenEnoughAreFreeByNow() {
        pool(0, 10, 10, 0, 0);
        leases.add(lease("malloc-Malloc0", 20 * MIB, 4096));

        assertThat(check()).singleElement().asString().contains("enough are free now");
    }

    @Test
    void shouldSuggestTheUsualPagesWhereTheKernelNamesNone() {
        leases.add(lease("malloc-Malloc0", 3 * MIB, 4096));

        assertThat(check()).singleElement().asString().contains("hugepages:setup --size 4MiB");
    }

    @Test
    void shouldWarnWhenThereAreFewerThanConfigured() {
        pool(0, 100, 100, 0, 0);
        configured = 1 << 30;

        assertThat(check())
                .singleElement()
                .asString()
                .startsWith("WARN the target was told to have 1 GiB of hugepages, but there are 200 MiB");
    }

    @Test
    void shouldWarnWhenAllAreTakenOrPromised() {
        pool(0, 100, 5, 5, 60);

        assertThat(check())
                .singleElement()
                .asString()
                .startsWith("WARN all 100 hugepages of 2 MiB are taken, 60 of them by this target");
    }

    @Test
    void shouldBeCriticalWhenTheKernelDoesNotTell() {
        HugepageAllocator mute = Fakes.service(HugepageAllocator.class, new Object() {
            List<HugepagePool> pools() throws IOException {
                throw new IOException("/sys is not mounted");
            }
        });

        assertThat(Fakes.lines(new HugepageCheck(mute).execute()))
                .containsExactly("CRITICAL the kernel does not tell its hugepages: /sys is not mounted");
        assertThat(Fakes.lines(new HugepageCheck(null).execute()).findFirst().orElseThrow())
                .startsWith("CRITICAL the bundle io.hotbay.hugepages is not running");
    }

    private void pool(int node, long total, long free, long reserved, long leased) {
        pools.add(new HugepagePool(node, PAGE, total, free, reserved, leased));
    }

    private static MemoryLease lease(String name, long size, long pageSize) {
        return Fakes.service(MemoryLease.class, new Object() {
            String name() {
                return name;
            }

            long size() {
                return size;
            }

            long pageSize() {
                return pageSize;
            }
        });
    }

    private List<String> check() {
        Object answers = new Object() {
            List<HugepagePool> pools() {
                return pools;
            }

            List<MemoryLease> leases() {
                return leases;
            }

            long configured() {
                return configured;
            }
        };
        return Fakes.lines(new HugepageCheck(Fakes.service(HugepageAllocator.class, answers)).execute())
                .toList();
    }
}
