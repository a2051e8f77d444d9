// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import static io.hotbay.hugepages.internal.FakeMachine.GIB;
import static io.hotbay.hugepages.internal.FakeMachine.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.hugepages.internal.Lease.Origin;
import io.hotbay.linux.Descriptor;
import io.hotbay.linux.Mapping;
import io.hotbay.linux.Memfd;
import io.hotbay.memory.HugepagePool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PoolTableTest {
    @TempDir
    Path folder;

    private FakeMachine machine;

    @BeforeEach
    void prepare() throws IOException {
        machine = new FakeMachine(folder);
    }

    private List<HugepagePool> pools(Lease... leases) throws IOException {
        return new PoolTable(folder, machine.kernel()).read(List.of(leases));
    }

    private static Mapping memory(long size) throws IOException {
        try (Descriptor file = Memfd.create("pool-table", size)) {
            return Mapping.of(file, 0, size);
        }
    }

    @Test
    void shouldShowTheWholeMachineAsNodeZeroWithoutNuma() throws IOException {
        machine.pages(10, 6).reserve(2);
        assertThat(pools())
                .containsExactly(new HugepagePool(0, 2 * MIB, 10, 6, 2, 0), new HugepagePool(0, GIB, 0, 0, -1, 0));
    }

    @Test
    void shouldShowEachNodeAndSayWhereLeasedPagesLie() throws IOException {
        machine.pages(10, 4).node(0, 7, 3).node(1, 3, 1);
        machine.write(
                "proc/self/numa_maps",
                "7f0000000000 default file=/huge/a huge dirty=3 N0=1 N1=2 kernelpagesize_kB=2048\n"
                        + "7f1000000000 default file=/huge/a huge dirty=1 N0=1 kernelpagesize_kB=2048\n"
                        + "7f2000000000 default anon=1 dirty=1 N0=1 kernelpagesize_kB=4\n");
        try (Mapping spread = memory(6 * MIB);
                Mapping bound = memory(2 * MIB);
                Mapping ordinary = memory(MIB)) {
            List<HugepagePool> pools = pools(
                    lease("/huge/a", 6 * MIB, 2 * MIB, -1, spread),
                    lease("/huge/b", 1, 2 * MIB, 1, bound),
                    lease("/dev/shm/c", MIB, 4096, -1, ordinary));
            assertThat(pools.stream().filter(pool -> pool.pageSize() == 2 * MIB))
                    .containsExactly(
                            new HugepagePool(0, 2 * MIB, 7, 3, 0, 1), new HugepagePool(1, 2 * MIB, 3, 1, 0, 3));
        }
    }

    private static Lease lease(String file, long size, long pageSize, int node, Mapping mapping) {
        Path path = Path.of(file);
        String name = path.getFileName().toString();
        return new Lease(
                new LeaseHeader(name, path, 1, size, mapping.length(), pageSize, node, UUID.randomUUID()),
                Origin.ASKED_FOR,
                mapping);
    }
}
