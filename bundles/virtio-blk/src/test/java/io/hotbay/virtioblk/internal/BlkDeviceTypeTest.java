// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.virtio.DeviceContext;
import io.hotbay.virtio.VirtioDevice;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.service.log.Logger;

class BlkDeviceTypeTest {
    private final FakeBdev bdev = new FakeBdev();
    private final List<String> warnings = new ArrayList<>();
    private final Logger logger = (Logger) Proxy.newProxyInstance(
            Logger.class.getClassLoader(), new Class<?>[] {Logger.class}, (self, method, arguments) -> {
                warnings.add(method.getName());
                return null;
            });

    private VirtioDevice create(Map<String, Object> options) throws IOException {
        return create("vhostblk0", options, List.of(bdev));
    }

    private VirtioDevice create(String name, Map<String, Object> options, List<BlockDevice> bdevs) throws IOException {
        return new BlkDeviceType(logger).create(new DeviceContext(name, bdevs, options));
    }

    @Test
    void shouldMakeABlockDeviceWithSaneDefaults() throws IOException {
        VirtioDevice device = create(Map.of());
        assertThat(device.deviceId()).isEqualTo(2);
        assertThat(device.queues()).isEqualTo(Math.min(64, Runtime.getRuntime().availableProcessors()));
        assertThat(device.queueSizeLimit()).isEqualTo(1024);
        assertThat(warnings).isEmpty();
    }

    @Test
    void shouldTakeTypedValuesAndText() throws IOException {
        VirtioDevice typed = create(Map.of("num_queues", 4, "queue_size", 1024L, "readonly", true));
        VirtioDevice text = create(Map.of("num_queues", " 4", "queue_size", "1024", "readonly", "TRUE", "serial", ""));
        for (VirtioDevice device : List.of(typed, text)) {
            assertThat(device.queues()).isEqualTo(4);
            assertThat(device.queueSizeLimit()).isEqualTo(1024);
            assertThat(device.features() & BlkFeatures.RO).isNotZero();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "num_queues | 0 | a number from 1 to 256",
                "num_queues | 257 | a number from 1 to 256",
                "num_queues | -1 | a number from 1 to 256",
                "num_queues | two | a whole number",
                "num_queues | 4294967297 | a whole number",
                "queue_size | 0 | a power of two from 4 to 1024",
                "queue_size | 2 | a power of two from 4 to 1024",
                "queue_size | 100 | a power of two from 4 to 1024",
                "queue_size | 2048 | a power of two from 4 to 1024",
                "queue_size | -2147483648 | a power of two from 4 to 1024",
                "readonly | yes | true or false",
                "write_cache | 1 | true or false",
                "serial | 123456789012345678901 | at most 20 printable ASCII characters",
                "serial | größe | at most 20 printable ASCII characters"
            })
    void shouldNameTheOptionThatIsWrong(String key, String value, String rule) {
        assertThatThrownBy(() -> create(Map.of(key, value)))
                .isInstanceOf(IOException.class)
                .hasMessage("controller vhostblk0: option " + key + " is \"" + value + "\": must be " + rule);
    }

    @Test
    void shouldShortenALongNameToASerial() throws IOException {
        BlkOptions options = BlkOptions.of(new DeviceContext("a-controller-with-a-long-name", List.of(bdev), Map.of()));
        assertThat(options.serial()).isEqualTo("a-controller-with-a-");
    }

    @Test
    void shouldStandOnExactlyOneBdev() {
        assertThatThrownBy(() -> create("vhostblk0", Map.of(), List.of()))
                .isInstanceOf(IOException.class)
                .hasMessage("controller vhostblk0: a block device stands on exactly one bdev, but 0 are given");
        assertThatThrownBy(() -> create("vhostblk0", Map.of(), List.of(bdev, bdev)))
                .hasMessageContaining("but 2 are");
    }

    @Test
    void shouldWarnOfBlocksThatLinuxRefuses() throws IOException {
        bdev.blockSize = 4096;
        create(Map.of());
        assertThat(warnings).isEmpty();
        bdev.blockSize = 8192;
        create(Map.of());
        assertThat(warnings).containsExactly("warn");
    }
}
