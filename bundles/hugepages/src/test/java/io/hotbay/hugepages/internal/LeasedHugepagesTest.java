// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import static io.hotbay.hugepages.internal.Configured.DEFAULTS;
import static io.hotbay.hugepages.internal.FakeMachine.GIB;
import static io.hotbay.hugepages.internal.FakeMachine.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.linux.Users;
import io.hotbay.memory.LeftoverFile;
import io.hotbay.memory.MemoryLease;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a machine without hugepages, so that all leases are ordinary memory. */
class LeasedHugepagesTest {
    private static final String INSTANCE = "test-1";

    @TempDir
    Path root;

    private final RecordingLogger log = new RecordingLogger();
    private FakeMachine machine;
    private Path folder;
    private final FoldersInMemory left = new FoldersInMemory();
    private LeasedHugepages allocator;

    @BeforeEach
    void start() throws IOException {
        machine = new FakeMachine(root);
        int uid = Users.effectiveUid();
        folder = machine.sharedMemory()
                .resolve(uid == 0 ? "hotbay" : "hotbay-" + uid)
                .resolve(INSTANCE);
        allocator = another(DEFAULTS);
    }

    @AfterEach
    void stop() {
        allocator.end(true);
    }

    private LeasedHugepages another(HugepageConfiguration configuration) throws IOException {
        return new LeasedHugepages(machine.host(), INSTANCE, null, configuration, left, log.logger());
    }

    /** The component ends as in a process that was killed: the kernel drops the lock, the files stay. */
    private void die() {
        allocator.end(false);
        left.drop();
    }

    @Test
    void shouldLeaseZeroFilledMemoryOfWholePages() throws IOException {
        MemoryLease lease = allocator.lease("Malloc0", 10_000, -1);
        assertThat(lease.name()).isEqualTo("Malloc0");
        assertThat(lease.size()).isEqualTo(10_000);
        assertThat(lease.pageSize()).isEqualTo(4096);
        assertThat(lease.node()).isEqualTo(-1);
        assertThat(lease.windows()).isEqualTo(1);
        ByteBuffer window = lease.window(0);
        assertThat(window.capacity()).isEqualTo(10_000);
        assertThat(window.mismatch(ByteBuffer.allocate(10_000))).isEqualTo(-1);
        assertThat(Files.size(folder.resolve("Malloc0"))).isEqualTo(3 * 4096);
    }

    @Test
    void shouldReturnTheSameLeaseWithItsContents() throws IOException {
        allocator.lease("Malloc0", 4096, -1).window(0).putLong(8, 42);
        assertThat(allocator.lease("Malloc0", 4096, -1).window(0).getLong(8)).isEqualTo(42);
        assertThat(allocator.find("Malloc0")).isPresent();
        assertThat(allocator.find("Malloc1")).isEmpty();
    }

    @Test
    void shouldRefuseALeaseOfAnotherSize() throws IOException {
        allocator.lease("Malloc0", 8192, -1);
        assertThatThrownBy(() -> allocator.lease("Malloc0", 8191, -1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("\"Malloc0\" exists with 8 KiB, not 8191 B");
    }

    @Test
    void shouldRefuseNamesAndSizesThatCannotBe() {
        assertThatThrownBy(() -> allocator.lease("../x", 1, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> allocator.lease("x", 0, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> allocator.lease("x", 1, 5))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no NUMA node 5");
        assertThat(allocator.leases()).isEmpty();
    }

    @Test
    void shouldRefuseMoreThanThereIs() {
        assertThatThrownBy(() -> allocator.lease("x", 5 * GIB, -1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("lease \"x\" needs 5 GiB, only 4 GiB of memory are available");
        assertThatThrownBy(() -> allocator.lease("x", 1L << 57, -1)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> allocator.lease("x", Long.MAX_VALUE, -1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no machine has that much");
        assertThat(allocator.leases()).isEmpty();
    }

    @Test
    void shouldListLeasesByName() throws IOException {
        allocator.lease("b", 1, -1);
        allocator.lease("a", 1, -1);
        assertThat(allocator.leases()).extracting(MemoryLease::name).containsExactly("a", "b");
    }

    @Test
    void shouldWarnOnceThatHugepagesDoNotSuffice() throws IOException {
        allocator.lease("a", 5 * MIB, -1);
        allocator.lease("b", 1, -1);
        assertThat(log.lines().stream().filter(line -> line.startsWith("warn")))
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .contains("ordinary memory", "lease \"a\" needs 3 hugepages of 2 MiB, 0 are free"));
    }

    @Test
    void shouldSayWhatIsMissingAndWhatToRunWithoutFallback() throws IOException {
        machine.pages(10, 4).reserve(3).mounted(root + "/huge", "rw,pagesize=1024M");
        machine.withoutRoot();
        allocator.modified(DEFAULTS.withoutFallback().withPageSize("1GiB"));
        assertThatThrownBy(() -> allocator.lease("Malloc0", 3 * GIB, -1))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "lease \"Malloc0\" needs 3 hugepages of 1 GiB, 0 are free: run  hugepages:setup --size 3072MiB"
                                + " --page-size 1024MiB"
                                + "  or  echo 3 | sudo tee " + root
                                + "/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages");
        assertThat(allocator.leases()).isEmpty();
    }

    @Test
    void shouldGiveTheMemoryBackOnRelease() throws IOException {
        allocator.lease("Malloc0", 4096, -1).window(0).putLong(0, 42);
        allocator.release("Malloc0");
        allocator.release("unknown");
        assertThat(folder.resolve("Malloc0")).doesNotExist();
        assertThat(allocator.find("Malloc0")).isEmpty();
        assertThat(allocator.lease("Malloc0", 8192, -1).window(0).getLong(0)).isZero();
    }

    @Test
    void shouldKeepLeasesAndTheirWindowsForItsNextLife() throws IOException {
        ByteBuffer old = allocator.lease("Malloc0", 5000, -1).window(0);
        old.putLong(0, 42);
        allocator.end(false);
        allocator = another(DEFAULTS);
        assertThat(allocator.find("Malloc0")).isPresent();
        MemoryLease again = allocator.lease("Malloc0", 5000, -1);
        assertThat(again.size()).isEqualTo(5000);
        assertThat(again.window(0).getLong(0)).isEqualTo(42);
        old.putLong(4096, 43);
        assertThat(again.window(0).getLong(4096)).isEqualTo(43);
        assertThatThrownBy(() -> allocator.lease("Malloc0", 5001, -1)).isInstanceOf(IOException.class);
        assertThat(allocator.clean()).isEmpty();
        allocator.release("Malloc0");
        assertThat(folder.resolve("Malloc0")).doesNotExist();
    }

    @Test
    void shouldKnowTheExactSizeOfALeaseItFound() throws IOException {
        allocator.lease("Malloc0", 5000, -1);
        allocator.end(false);
        allocator = another(DEFAULTS);
        assertThat(allocator.find("Malloc0").orElseThrow().size()).isEqualTo(5000);
        assertThatThrownBy(() -> allocator.lease("Malloc0", 8192, -1)).isInstanceOf(IOException.class);
        assertThat(allocator.lease("Malloc0", 5000, -1).size()).isEqualTo(5000);
    }

    @Test
    void shouldTakeUpTheLeasesOfADeadPredecessor() throws IOException {
        allocator.lease("wanted", 4096, -1).window(0).putLong(0, 42);
        allocator.lease("forgotten", 4096, -1);
        die();
        allocator = another(DEFAULTS);
        assertThat(allocator.lease("wanted", 4096, -1).window(0).getLong(0)).isEqualTo(42);
        assertThat(allocator.clean())
                .containsExactly(new LeftoverFile(
                        folder.resolve("forgotten").toString(),
                        4096,
                        "left by this target when it died, and not asked for"));
        assertThat(allocator.leases()).extracting(MemoryLease::name).containsExactly("wanted");
        assertThat(folder.resolve("forgotten")).doesNotExist();
    }

    @Test
    void shouldRemoveWhatADeadPredecessorLeftHalfMade() throws IOException {
        allocator.lease("whole", 4096, -1);
        Files.writeString(folder.resolve("half~"), "contents");
        die();
        allocator = another(DEFAULTS);
        assertThat(allocator.leases()).extracting(MemoryLease::name).containsExactly("whole");
        assertThat(folder.resolve("half~")).doesNotExist();
    }

    @Test
    void shouldLeaveNothingBehindWhenTheFrameworkStops() throws IOException {
        ByteBuffer window = allocator.lease("a", 4096, -1).window(0);
        allocator.lease("b", 4096, -1);
        allocator.end(true);
        assertThat(machine.sharedMemory()).isEmptyDirectory();
        window.putLong(0, 42);
        assertThat(window.getLong(0)).isEqualTo(42);
        assertThatThrownBy(() -> allocator.lease("c", 1, -1)).isInstanceOf(IOException.class);
        allocator = another(DEFAULTS);
    }

    @Test
    void shouldLeaveWhatItHasFoundWhenTheStartFailed() throws IOException {
        allocator.lease("used", 4096, -1).window(0).putLong(0, 42);
        allocator.lease("unused", 4096, -1);
        die();
        allocator = another(DEFAULTS);
        allocator.lease("used", 4096, -1);
        allocator.lease("new", 4096, -1);

        allocator.endFailedStart();

        assertThat(folder.resolve("new")).doesNotExist();
        allocator = another(DEFAULTS);
        assertThat(allocator.leases()).extracting(MemoryLease::name).containsExactly("unused", "used");
        assertThat(allocator.lease("used", 4096, -1).window(0).getLong(0)).isEqualTo(42);
    }

    @Test
    void shouldNotShareItsFolderWithATargetThatLives() throws IOException {
        allocator.lease("a", 4096, -1);
        LeasedHugepages second = another(DEFAULTS);
        assertThat(second.leases()).isEmpty();
        assertThatThrownBy(() -> second.lease("b", 4096, -1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("in use by another running target");
        second.end(true);
        assertThat(folder.resolve("a")).exists();
    }

    @Test
    void shouldRefuseToOverwriteAForeignFile() throws IOException {
        allocator.lease("a", 4096, -1);
        Files.writeString(folder.resolve("b"), "contents");
        assertThatThrownBy(() -> allocator.lease("b", 4096, -1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not ours");
        assertThat(folder.resolve("b")).hasContent("contents");
        Files.delete(folder.resolve("b"));
    }

    @Test
    void shouldSetUpTheConfiguredMemoryAtTheStartAndWhenItChanges() throws IOException {
        LeasedHugepages configured = another(DEFAULTS.withMemory("8MiB"));
        assertThat(machine.total()).isEqualTo(4);
        configured.modified(DEFAULTS.withMemory("16MiB"));
        assertThat(machine.total()).isEqualTo(8);
        configured.end(true);
    }

    @Test
    void shouldStartWithAWarningWhenTheConfiguredMemoryCannotBeSetUp() throws IOException {
        machine.withoutRoot();
        LeasedHugepages configured = another(DEFAULTS.withMemory("8MiB"));
        assertThat(log.lines()).anyMatch(line -> line.startsWith("warn") && line.contains("sudo tee"));
        configured.end(true);
    }

    @Test
    void shouldKeepTheOldConfigurationWhenTheNewOneIsWrong() throws IOException {
        allocator.modified(DEFAULTS.withMemory("much"));
        assertThat(log.lines()).anyMatch(line -> line.startsWith("error") && line.contains("much"));
        assertThat(allocator.lease("a", 1, -1).pageSize()).isEqualTo(4096);
    }
}
