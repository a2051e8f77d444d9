// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.memory.HugepageAllocator;
import io.hotbay.memory.MemoryLease;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

/** Factory configurations of bdevs, as anybody may write them. */
class BdevTest {
    private static final String LEASE = "bdev-Disk";

    private TestTarget target;

    @BeforeEach
    void begin() throws IOException {
        target = new TestTarget();
    }

    @AfterEach
    void end() throws IOException {
        target.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "malloc"})
    void shouldRegisterABdevAsConfigured(String type) throws IOException {
        UUID uuid = UUID.fromString("0d6cf0a2-6f33-4f2e-9b7e-2f4b8f1d9a55");
        target.configureBdev(
                type,
                "Disk",
                Map.of(
                        "size",
                        "1MiB",
                        "block_size",
                        4096,
                        "physical_block_size",
                        8192,
                        "uuid",
                        uuid.toString(),
                        "readonly",
                        true));

        BlockDevice bdev = target.bdev("Disk");

        assertThat(bdev.name()).isEqualTo("Disk");
        assertThat(bdev.blockSize()).isEqualTo(4096);
        assertThat(bdev.physicalBlockSize()).isEqualTo(8192);
        assertThat(bdev.blocks()).isEqualTo(256);
        assertThat(bdev.uuid()).isEqualTo(uuid);
        assertThat(bdev.readOnly()).isTrue();
        ServiceReference<BlockDevice> reference = reference("Disk");
        assertThat(reference.getProperty(BlockDevice.NAME)).isEqualTo("Disk");
        assertThat(reference.getProperty(BlockDevice.TYPE)).isEqualTo(type);
        assertThat(reference.getBundle().getSymbolicName()).isEqualTo("io.hotbay.bdev-" + type);
    }

    private static ServiceReference<BlockDevice> reference(String name) {
        return Framework.references(BlockDevice.class, TestTarget.bdevFilter(name))
                .iterator()
                .next();
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "malloc"})
    void shouldHaveDefaultsForAllButNameAndSize(String type) throws IOException {
        target.configureBdev(type, "Disk", Map.of("size", "64K"));

        BlockDevice bdev = target.bdev("Disk");

        assertThat(bdev.blockSize()).isEqualTo(512);
        assertThat(bdev.physicalBlockSize()).isEqualTo(512);
        assertThat(bdev.blocks()).isEqualTo(128);
        assertThat(bdev.readOnly()).isFalse();
        assertThat(bdev.uuid()).isEqualTo(UUID.nameUUIDFromBytes("Disk".getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @CsvSource({
        "null, size, 1000, no multiple of the block size",
        "null, size, '', option size is missing",
        "null, block_size, 1000, block_size is 1000",
        "null, physical_block_size, 256, physical_block_size is 256",
        "null, uuid, 17, uuid \"17\" is none",
        "malloc, size, 1000, no multiple of the block size",
        "malloc, size, 8191PiB, Disk",
        "malloc, block_size, 131072, block_size is 131072",
        "malloc, numa_node, -2, numa_node is -2"
    })
    void shouldSayWhyAConfigurationIsNoBdev(String type, String option, String value, String reason)
            throws IOException {
        Map<String, Object> options = option.equals("size") ? Map.of() : Map.of("size", "1MiB");
        Configuration configuration = target.configureBdev(type, "Disk", with(options, option, value));

        ComponentConfigurationDTO failed = Await.value(() -> {
            assertThat(Components.ofPid(configuration.getPid()))
                    .extracting(each -> each.state)
                    .containsExactly(ComponentConfigurationDTO.FAILED_ACTIVATION);
            return Components.ofPid(configuration.getPid()).findFirst().orElseThrow();
        });

        assertThat(failed.failure).contains("Disk").contains(reason);
        assertThat(Framework.find(BlockDevice.class, TestTarget.bdevFilter("Disk")))
                .isEmpty();
        assertThat(allocator().find(LEASE)).isEmpty();
    }

    @Test
    void shouldLetAControllerWaitForABdevThatCannotWork() throws IOException {
        target.configureBdev("null", "Disk", Map.of("size", "1000"));
        target.configureController("disk", "Disk");

        target.awaitWaiting("disk", "bdev Disk");
        assertThat(target.socket("disk")).doesNotExist();

        target.configureBdev("null", "Disk", Map.of("size", "1024"));

        target.awaitListening("disk");
    }

    private static Map<String, Object> with(Map<String, Object> options, String option, String value) {
        Map<String, Object> all = new HashMap<>(options);
        all.put(option, value);
        return all;
    }

    @Test
    void shouldTakeUpAConfigurationThatHasBeenMended() throws IOException {
        target.configureBdev("malloc", "Disk", Map.of("size", "1000"));
        target.configureBdev("malloc", "Disk", Map.of("size", "1024"));

        assertThat(target.bdev("Disk").blocks()).isEqualTo(2);
    }

    @Test
    void shouldKeepTheContentsWhileItsBundleIsStopped() throws IOException {
        target.configureBdev("malloc", "Disk", Map.of("size", "1MiB"));
        target.bdev("Disk");
        lease().window(0).putLong(4096, 42);

        Framework.stop("bdev-malloc");

        assertThat(Framework.references(BlockDevice.class, TestTarget.bdevFilter("Disk")))
                .isEmpty();
        assertThat(lease().window(0).getLong(4096)).isEqualTo(42);

        Framework.start("bdev-malloc");

        target.bdev("Disk");
        assertThat(lease().window(0).getLong(4096)).isEqualTo(42);
    }

    @Test
    void shouldKeepTheContentsWhileTheAllocatorIsStopped() throws IOException {
        target.configureBdev("malloc", "Disk", Map.of("size", "1MiB"));
        target.bdev("Disk");
        ByteBuffer window = lease().window(0);
        window.putLong(4096, 42);

        Framework.stop("hugepages");

        assertThat(Framework.references(BlockDevice.class, TestTarget.bdevFilter("Disk")))
                .isEmpty();
        assertThat(window.getLong(4096)).isEqualTo(42);

        Framework.start("hugepages");

        target.bdev("Disk");
        assertThat(lease().window(0).getLong(4096)).isEqualTo(42);
    }

    @Test
    void shouldStayMappedOnceWhereItIsWhenTheAllocatorIsReplaced() throws Exception {
        target.configureBdev("malloc", "Disk", Map.of("size", "1MiB"));
        target.bdev("Disk");
        List<String> before = mappings();
        assertThat(before).hasSize(1);

        Framework.update("hugepages");
        target.bdev("Disk");
        assertThat(mappings()).isEqualTo(before);

        Framework.stop("hugepages");
        assertThat(mappings()).isEqualTo(before);
        Framework.start("hugepages");
        target.bdev("Disk");
        assertThat(mappings()).isEqualTo(before);
    }

    /** Of the memory of the disk, in this process. */
    private static List<String> mappings() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.endsWith("/" + LEASE))
                .toList();
    }

    @Test
    void shouldReleaseTheMemoryWithTheConfigurationAndBeginAnewWithZeros() throws IOException {
        Configuration configuration = target.configureBdev("malloc", "Disk", Map.of("size", "1MiB"));
        target.bdev("Disk");
        lease().window(0).putLong(4096, 42);

        configuration.delete();

        Await.asserted(() -> assertThat(allocator().find(LEASE)).isEmpty());
        assertThat(Framework.references(BlockDevice.class, TestTarget.bdevFilter("Disk")))
                .isEmpty();

        target.configureBdev("malloc", "Disk", Map.of("size", "1MiB"));

        target.bdev("Disk");
        assertThat(lease().window(0).getLong(4096)).isZero();
    }

    @Test
    void shouldReleaseTheMemoryOfAConfigurationThatWasDeletedWhileItsBundleWasStopped() throws IOException {
        Configuration configuration = target.configureBdev("malloc", "Disk", Map.of("size", "1MiB"));
        target.bdev("Disk");
        Framework.stop("bdev-malloc");

        configuration.delete();

        assertThat(allocator().find(LEASE)).isPresent();

        Framework.start("bdev-malloc");

        Await.asserted(() -> assertThat(allocator().find(LEASE)).isEmpty());
    }

    private static MemoryLease lease() {
        return allocator().find(LEASE).orElseThrow();
    }

    private static HugepageAllocator allocator() {
        return Framework.service(HugepageAllocator.class);
    }
}
