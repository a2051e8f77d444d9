// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import static io.hotbay.hugepages.internal.FakeMachine.GIB;
import static io.hotbay.hugepages.internal.FakeMachine.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.hugepages.internal.HugetlbfsMounts.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HugetlbfsMountsTest {
    @TempDir
    Path folder;

    private FakeMachine machine;

    @BeforeEach
    void prepare() throws IOException {
        machine = new FakeMachine(folder);
    }

    @Test
    void shouldReadPathAndPageSizeOfEachMount() throws IOException {
        machine.mounted(folder + "/big pages", "rw,relatime,pagesize=1024M").mounted(folder + "/plain", "rw");
        assertThat(machine.mounts().all())
                .containsExactly(
                        new Mount(folder.resolve("big pages"), GIB), new Mount(folder.resolve("plain"), 2 * MIB));
    }

    @Test
    void shouldUseWhatIsMountedForThePageSize() throws IOException {
        machine.mounted(folder + "/big", "rw,pagesize=1024M").mounted(folder + "/small", "rw,pagesize=2M");
        assertThat(machine.mounts().ensure(2 * MIB, Optional.empty())).isEqualTo(folder.resolve("small"));
        assertThat(machine.mounts().ensure(GIB, Optional.empty())).isEqualTo(folder.resolve("big"));
        assertThat(machine.mountCalls()).isEmpty();
    }

    @Test
    void shouldMountWhereNothingIsMounted() throws IOException {
        assertThat(machine.mounts().ensure(2 * MIB, Optional.empty())).isEqualTo(folder.resolve("mnt/huge"));
        assertThat(folder.resolve("mnt/huge")).isDirectory();
        assertThat(machine.mountCalls())
                .containsExactly("nodev " + folder.resolve("mnt/huge") + " hugetlbfs pagesize=2048K,mode=0755");
    }

    @Test
    void shouldPreferTheUsualDirectoryWhereItExists() throws IOException {
        Files.createDirectories(folder.resolve("dev/hugepages"));
        assertThat(machine.mounts().ensure(2 * MIB, Optional.empty())).isEqualTo(folder.resolve("dev/hugepages"));
    }

    @Test
    void shouldNotMountOverAMountOfAnotherPageSize() throws IOException {
        machine.mounted(folder + "/dev/hugepages", "rw,pagesize=1024M")
                .mounted(folder + "/mnt/huge", "rw,pagesize=1024M");
        assertThat(machine.mounts().ensure(2 * MIB, Optional.empty())).isEqualTo(folder.resolve("mnt/huge-2MiB"));
    }

    @Test
    void shouldMountAtTheConfiguredPlace() throws IOException {
        machine.mounted(folder + "/small", "rw,pagesize=2M");
        Path wanted = folder.resolve("mine");
        assertThat(machine.mounts().ensure(2 * MIB, Optional.of(wanted))).isEqualTo(wanted);
        assertThat(machine.mountCalls()).hasSize(1);
    }

    @Test
    void shouldRefuseAConfiguredPlaceWithOtherPages() throws IOException {
        machine.mounted(folder + "/big", "rw,pagesize=1024M");
        assertThatThrownBy(() -> machine.mounts().ensure(2 * MIB, Optional.of(folder.resolve("big"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("pages of 1 GiB, not of 2 MiB");
    }

    @Test
    void shouldMountWhereTheFirstProcessSeesIt() throws IOException {
        machine.write("proc/self/mountinfo", "30 20 8:1 / / rw - ext4 /dev/sda rw\n31 30 0:5 / /dev rw - tmpfs t rw\n");
        machine.write("proc/1/mountinfo", "30 20 8:1 / / rw - ext4 /dev/sda rw\n");
        machine.mounts().ensure(2 * MIB, Optional.empty());
        assertThat(machine.mountCalls()).hasSize(1);
    }

    @Test
    void shouldNotMountWhatWouldEndWithTheService() throws IOException {
        machine.write("proc/self/mountinfo", "130 120 8:1 / / rw - ext4 /dev/sda rw\n");
        machine.write("proc/1/mountinfo", "30 20 8:1 / / rw - ext4 /dev/sda rw\n");
        assertThatThrownBy(() -> machine.mounts().ensure(2 * MIB, Optional.empty()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("only this service would see it")
                .hasMessageContaining(
                        "sudo mount -t hugetlbfs -o pagesize=2048K,mode=0755 nodev " + folder.resolve("mnt/huge"));
        assertThat(machine.mountCalls()).isEmpty();
        assertThat(folder.resolve("mnt/huge")).doesNotExist();
    }

    @Test
    void shouldNameTheCommandWhenItMayNotMount() {
        machine.withoutRoot();
        assertThatThrownBy(() -> machine.mounts().ensure(2 * MIB, Optional.empty()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("needs root")
                .hasMessageContaining(
                        "sudo mount -t hugetlbfs -o pagesize=2048K,mode=0755 nodev " + folder.resolve("mnt/huge"));
    }
}
