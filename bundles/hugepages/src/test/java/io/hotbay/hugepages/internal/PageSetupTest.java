// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import static io.hotbay.hugepages.internal.FakeMachine.GIB;
import static io.hotbay.hugepages.internal.FakeMachine.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.memory.HugepageRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageSetupTest {
    @TempDir
    Path folder;

    private FakeMachine machine;

    @BeforeEach
    void prepare() throws IOException {
        machine = new FakeMachine(folder);
    }

    private void setUp(HugepageRequest request) throws IOException {
        new PageSetup(machine.kernel(), machine.mounts()).setUp(request, Optional.empty());
    }

    @Test
    void shouldReserveWholePagesAndMount() throws IOException {
        setUp(HugepageRequest.total(5 * MIB));
        assertThat(machine.total()).isEqualTo(3);
        assertThat(machine.mountCalls()).hasSize(1);
    }

    @Test
    void shouldLeaveWhatIsThereWhenItIsEnough() throws IOException {
        machine.pages(10, 4);
        setUp(HugepageRequest.total(8 * MIB));
        assertThat(machine.total()).isEqualTo(10);
    }

    @Test
    void shouldGivePagesBackWhenAskedToShrink() throws IOException {
        machine.pages(10, 10);
        setUp(new HugepageRequest(8 * MIB, Map.of(), 0, true));
        assertThat(machine.total()).isEqualTo(4);
    }

    @Test
    void shouldReserveOnEachNamedNode() throws IOException {
        machine.node(0, 1, 1).node(1, 0, 0).node(2, 0, 0);
        setUp(new HugepageRequest(GIB, Map.of(0, 4 * MIB, 1, 6 * MIB), 0, false));
        assertThat(machine.total("sys/devices/system/node/node0/hugepages/hugepages-2048kB"))
                .isEqualTo(2);
        assertThat(machine.total("sys/devices/system/node/node1/hugepages/hugepages-2048kB"))
                .isEqualTo(3);
        assertThat(machine.total("sys/devices/system/node/node2/hugepages/hugepages-2048kB"))
                .isZero();
        assertThat(machine.total()).isZero();
    }

    @Test
    void shouldReservePagesOfTheSizeAskedFor() throws IOException {
        setUp(new HugepageRequest(3 * GIB, Map.of(), GIB, false));
        assertThat(machine.total("sys/kernel/mm/hugepages/hugepages-1048576kB")).isEqualTo(3);
        assertThat(machine.total()).isZero();
        assertThat(machine.mountCalls().get(0)).contains("pagesize=1048576K");
    }

    @Test
    void shouldChangeNothingWhenANodeOrAPageSizeDoesNotExist() throws IOException {
        machine.node(0, 0, 0);
        assertThatThrownBy(() -> setUp(new HugepageRequest(0, Map.of(0, 4 * MIB, 7, 4 * MIB), 0, false)))
                .isInstanceOf(IOException.class)
                .hasMessage("there is no NUMA node 7 with hugepages: choose among 0");
        assertThatThrownBy(() -> setUp(new HugepageRequest(MIB, Map.of(), 64 * MIB, false)))
                .isInstanceOf(IOException.class)
                .hasMessage("the kernel knows no hugepages of 64 MiB: choose among 2 MiB, 1 GiB");
        assertThat(machine.total("sys/devices/system/node/node0/hugepages/hugepages-2048kB"))
                .isZero();
    }

    /** The kernel would give all the memory that it can find, and keep it from everybody else. */
    @Test
    void shouldAskTheKernelForNothingWhenThereIsNotSoMuchMemory() throws IOException {
        machine.pages(512, 512).node(0, 0, 0);
        assertThatThrownBy(() -> setUp(HugepageRequest.total(6 * GIB)))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "that many hugepages need 5 GiB more, but only 4 GiB of memory are available: ask for less");
        assertThatThrownBy(() -> setUp(new HugepageRequest(0, Map.of(0, Long.MAX_VALUE), GIB, false)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("only 4 GiB of memory are available");
        assertThat(machine.total()).isEqualTo(512);
        assertThat(machine.mountCalls()).isEmpty();

        setUp(HugepageRequest.total(5 * GIB));
        assertThat(machine.total()).isEqualTo(2560);
    }

    @Test
    void shouldKeepWhatTheKernelGaveAndSayWhatToDoWhenItIsTooLittle() throws IOException {
        machine.limit(12);
        assertThatThrownBy(() -> setUp(HugepageRequest.total(GIB)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("asked for 512 hugepages of 2 MiB, the kernel gave 12")
                .hasMessageContaining("compact_memory")
                .hasMessageContaining("hugepagesz=2048K hugepages=512");
        assertThat(machine.total()).isEqualTo(12);
        assertThat(machine.mountCalls()).hasSize(1);
    }

    @Test
    void shouldNameTheCommandWhenItIsNotRoot() {
        machine.withoutRoot();
        assertThatThrownBy(() -> setUp(HugepageRequest.total(GIB)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("needs root")
                .hasMessageContaining(
                        "echo 512 | sudo tee " + folder + "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages");
    }

    @Test
    void shouldGiveBackOnlyPagesThatNobodyUsesOrWasPromised() throws IOException {
        machine.pages(10, 6).reserve(2);
        new PageSetup(machine.kernel(), machine.mounts()).reset();
        assertThat(machine.total()).isEqualTo(6);
    }
}
