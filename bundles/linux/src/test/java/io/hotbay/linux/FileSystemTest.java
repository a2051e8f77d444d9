// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSystemTest {
    private static final long PROC_SUPER_MAGIC = 0x9fa0;

    @TempDir
    Path directory;

    @Test
    void shouldMakeABlockDeviceNode() throws Exception {
        assumeTrue(Users.hasCapability(Users.CAP_MKNOD), "needs CAP_MKNOD");
        Path node = directory.resolve("vhostblk0");
        FileSystem.mknodBlock(node, 241, 300, 0600);
        FileStatus status = FileStatus.of(node);
        assertThat(status.isBlockDevice()).isTrue();
        assertThat(status.major()).isEqualTo(241);
        assertThat(status.minor()).isEqualTo(300);
        assertThat(status.rights()).isEqualTo(0600);
        assertThatThrownBy(() -> FileSystem.mknodBlock(node, 241, 1, 0600))
                .hasMessage("mknod " + node + ": File exists (EEXIST)");
    }

    @Test
    void shouldSetRightsWhateverTheUmask() throws Exception {
        Path file = Files.createFile(directory.resolve("f"));
        FileSystem.chmod(file, 0666);
        assertThat(FileStatus.of(file).rights()).isEqualTo(0666);
        FileSystem.chmod(file, 0);
        assertThat(FileStatus.of(file).rights()).isZero();
    }

    @Test
    void shouldSetTheOwnerOfALinkItselfAndLeaveWhatIsMinusOne() throws Exception {
        assumeTrue(Users.hasCapability(Users.CAP_CHOWN), "needs CAP_CHOWN");
        Path file = Files.createFile(directory.resolve("f"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        int gid = FileStatus.of(link).gid();
        FileSystem.chown(link, 1234, -1);
        assertThat(FileStatus.of(link).uid()).isEqualTo(1234);
        assertThat(FileStatus.of(link).gid()).isEqualTo(gid);
        assertThat(FileStatus.of(file).uid()).isEqualTo(Users.effectiveUid());
    }

    @Test
    void shouldTellTheKindOfAFileSystem() throws Exception {
        FileSystemStatus status = FileSystem.statfs(Path.of("/proc"));
        assertThat(status.type()).isEqualTo(PROC_SUPER_MAGIC);
        assertThat(status.blockSize()).isEqualTo(4096);
        assertThat(status.isHugetlbfs()).isFalse();
    }

    @Test
    void shouldMountAHugetlbfsAndTellItsPageSize() throws Exception {
        assumeTrue(Users.hasCapability(Users.CAP_SYS_ADMIN), "needs CAP_SYS_ADMIN");
        assumeTrue(Files.exists(Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB")), "needs hugepages of 2 MiB");
        FileSystem.mount("hotbay", directory, "hugetlbfs", 0, "pagesize=2M");
        try {
            assertThat(FileSystem.statfs(directory).isHugetlbfs()).isTrue();
            assertThat(FileSystem.hugePageSize(directory)).isEqualTo(2 << 20);
        } finally {
            FileSystem.unmount(directory);
        }
        assertThat(FileSystem.statfs(directory).isHugetlbfs()).isFalse();
    }

    @Test
    void shouldRefuseToTellAPageSizeWhereThereAreNoHugePages() {
        assertThatThrownBy(() -> FileSystem.hugePageSize(directory))
                .hasMessage(directory + " does not lie on a hugetlbfs: mount one there, or name another directory");
    }

    @Test
    void shouldSayWhatCouldNotBeMounted() {
        assumeTrue(Users.hasCapability(Users.CAP_SYS_ADMIN), "needs CAP_SYS_ADMIN");
        Path nowhere = directory.resolve("nowhere");
        assertThatThrownBy(() -> FileSystem.mount(null, nowhere, "tmpfs", 0, null))
                .hasMessage("mount " + nowhere + ": No such file or directory (ENOENT)");
    }
}
