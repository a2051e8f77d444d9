// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import static io.hotbay.hugepages.internal.Configured.DEFAULTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.hotbay.hugepages.internal.KernelPages.Pool;
import io.hotbay.hugepages.internal.KernelPages.Writer;
import io.hotbay.linux.FileSystem;
import io.hotbay.linux.Users;
import io.hotbay.memory.HugepagePool;
import io.hotbay.memory.HugepageRequest;
import io.hotbay.memory.MemoryLease;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On the machine the tests run on: takes a few hugepages of the default size and gives them back. Needs root. */
class RealHugepagesTest {
    private static final long PAGES = 8;

    @TempDir
    Path folder;

    /** Pages the machine had before the first test; a page that a test left mapped would count in a later look. */
    private static long before = -1;

    private final RecordingLogger log = new RecordingLogger();
    private final KernelPages kernel = new KernelPages(Path.of("/"), Writer.SYSFS);
    private Path mountPoint;
    private Path small;
    private Pool pool;
    private final FoldersInMemory left = new FoldersInMemory();
    private LeasedHugepages allocator;

    @BeforeEach
    void takePages() throws IOException {
        assumeThat(Users.hasCapability(Users.CAP_SYS_ADMIN)).as("may mount").isTrue();
        assumeThat(kernel.pageSizes()).as("kernel has hugepages").isNotEmpty();
        mountPoint = folder.resolve("huge");
        small = Files.createDirectory(folder.resolve("small"));
        FileSystem.mount("tmpfs", small, "tmpfs", 0, "size=64k");
        pool = kernel.machine(kernel.pageSize(0));
        before = before < 0 ? pool.total() : before;
        allocator = another(DEFAULTS);
        try {
            allocator.setUp(HugepageRequest.total((pool.total() + PAGES) * pool.pageSize()));
        } catch (IOException e) {
            assumeThat(e).as("the machine can spare some pages").isNull();
        }
    }

    @AfterEach
    void givePagesBack() throws IOException, InterruptedException {
        if (allocator == null) {
            return;
        }
        allocator.end(true);
        pool.resize(before);
        for (Path mount : new Path[] {mountPoint, small}) {
            unmount(mount);
        }
    }

    /** Lazily: what an earlier life of the allocator has mapped keeps the file system busy until the process ends. */
    private static void unmount(Path mount) throws IOException, InterruptedException {
        int exit = new ProcessBuilder("umount", "--lazy", mount.toString())
                .inheritIO()
                .start()
                .waitFor();
        assertThat(exit).isZero();
    }

    private LeasedHugepages another(Configured configuration) throws IOException {
        Host host = new Host(Path.of("/"), small, FileSystem::mount, Writer.SYSFS);
        return new LeasedHugepages(
                host, "test-2", null, configuration.withMountPoint(mountPoint.toString()), left, log.logger());
    }

    private long leased() throws IOException {
        return allocator.pools().stream()
                .filter(pool -> pool.pageSize() == this.pool.pageSize())
                .mapToLong(HugepagePool::leased)
                .sum();
    }

    @Test
    void shouldLeaseHugepagesAndAccountForEach() throws IOException {
        MemoryLease lease = allocator.lease("Malloc0", 3 * pool.pageSize() - 1, -1);
        assertThat(lease.pageSize()).isEqualTo(pool.pageSize());
        assertThat(lease.size()).isEqualTo(3 * pool.pageSize() - 1);
        assertThat(lease.window(0).getLong(0)).isZero();
        lease.window(0).putLong((int) pool.pageSize(), 42);
        assertThat(mountPoint.resolve("hotbay/test-2/Malloc0")).hasSize(3 * pool.pageSize());
        assertThat(leased()).isEqualTo(3);
        long free = pool.free();
        allocator.release("Malloc0");
        assertThat(leased()).isZero();
        assertThat(pool.free()).isEqualTo(free + 3);
    }

    @Test
    void shouldTakePagesFromTheNodeThatIsAskedFor() throws IOException {
        assumeThat(kernel.nodeNumbers()).isNotEmpty();
        int node = kernel.nodeNumbers().first();
        MemoryLease lease = allocator.lease("Malloc0", 2 * pool.pageSize(), node);
        assertThat(lease.node()).isEqualTo(node);
        assertThat(allocator.pools())
                .filteredOn(each -> each.node() == node && each.pageSize() == pool.pageSize())
                .singleElement()
                .satisfies(each -> assertThat(each.leased()).isEqualTo(2));
        allocator.release("Malloc0");
    }

    @Test
    void shouldSayHowManyPagesAreMissingAndTakeNone() throws IOException {
        allocator.modified(DEFAULTS.withoutFallback().withMountPoint(mountPoint.toString()));
        long free = pool.free();
        long pages = pool.total() + 5;
        assertThatThrownBy(() -> allocator.lease("Malloc0", pages * pool.pageSize(), -1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("lease \"Malloc0\" needs " + pages + " hugepages")
                .hasMessageContaining(free + " are free")
                .hasMessageContaining("echo " + (pool.total() + pages - free) + " | sudo tee");
        assertThat(pool.free()).isEqualTo(free);
        assertThat(mountPoint.resolve("hotbay/test-2")).isDirectoryNotContaining("regex:.*/Malloc0.*");
    }

    @Test
    void shouldSayThatSharedMemoryIsTooSmallToFallBackOn() throws IOException {
        long pages = pool.total() + 5;
        assertThatThrownBy(() -> allocator.lease("Malloc0", pages * pool.pageSize(), -1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(small + " has 64 KiB left")
                .hasMessageContaining("mount -o remount")
                .satisfies(error -> assertThat(error.getSuppressed()).hasSize(1));
        assertThat(small.resolve("hotbay/test-2")).isDirectoryNotContaining("regex:.*/Malloc0.*");
        assertThat(allocator.leases()).isEmpty();
    }

    @Test
    void shouldGivePagesBackThatAnEarlierLifeStillHasMapped() throws IOException {
        ByteBuffer old = allocator.lease("Malloc0", 2 * pool.pageSize(), -1).window(0);
        old.putLong(0, 42);
        long free = pool.free();
        allocator.end(false);
        allocator = another(DEFAULTS);
        assertThat(allocator.lease("Malloc0", 2 * pool.pageSize(), -1).window(0).getLong(0))
                .isEqualTo(42);
        assertThat(leased()).isEqualTo(2);
        assertThat(pool.free()).isEqualTo(free);
        allocator.release("Malloc0");
        assertThat(pool.free()).isEqualTo(free + 2);
    }

    @Test
    void shouldTakeAndGiveBackPagesWhenALeaseIsResized() throws IOException {
        long page = pool.pageSize();
        ByteBuffer before = allocator.lease("Malloc0", page, -1).window(0);
        before.putLong(0, 42);
        ByteBuffer grown = allocator.resize("Malloc0", 3 * page).window(0);
        assertThat(leased()).isEqualTo(3);
        assertThat(grown.getLong(0)).isEqualTo(42);
        assertThat(grown.getLong(2 * (int) page)).isZero();
        grown.putLong(2 * (int) page, 43);
        allocator.resize("Malloc0", 2 * page);
        assertThat(grown.getLong(2 * (int) page)).isEqualTo(43);
        allocator.trim("Malloc0");
        assertThat(leased()).isEqualTo(2);
        assertThat(mountPoint.resolve("hotbay/test-2/Malloc0")).hasSize(2 * page);
        assertThat(small.resolve("hotbay/test-2/Malloc0~header")).isNotEmptyFile();
        long pages = pool.total() + 5;
        assertThatThrownBy(() -> allocator.resize("Malloc0", pages * page))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("lease \"Malloc0\" needs " + (pages - 2) + " hugepages");
        assertThat(mountPoint.resolve("hotbay/test-2/Malloc0")).hasSize(2 * page);
        assertThat(allocator.find("Malloc0").orElseThrow().window(0).getLong(0)).isEqualTo(42);
        allocator.release("Malloc0");
    }

    @Test
    void shouldGiveUnusedPagesBackToTheKernel() throws IOException {
        allocator.lease("Malloc0", pool.pageSize(), -1);
        long used = pool.total() - pool.free() + Math.max(0, pool.reserved());
        allocator.reset();
        assertThat(pool.total()).isEqualTo(used);
        assertThat(allocator.find("Malloc0").orElseThrow().window(0).getLong(0)).isZero();
        allocator.release("Malloc0");
    }

    @Test
    void shouldLeaveNothingInTheFileSystemsWhenTheFrameworkStops() throws IOException {
        allocator.lease("Malloc0", pool.pageSize(), -1);
        allocator.end(true);
        assertThat(mountPoint).isEmptyDirectory();
        assertThat(Files.exists(small.resolve("hotbay"))).isFalse();
    }
}
