// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.linux.UnixListener;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ControllerSettingsTest {
    private final Map<String, Object> given = new HashMap<>(Map.of("hotbay.controller.name", "vhostblk0"));

    private ControllerConfiguration configuration() {
        return (ControllerConfiguration) Proxy.newProxyInstance(
                ControllerConfiguration.class.getClassLoader(),
                new Class<?>[] {ControllerConfiguration.class},
                (proxy, method, arguments) -> {
                    String key = method.getName()
                            .replace("__", "#")
                            .replace('_', '.')
                            .replace('#', '_');
                    return given.getOrDefault(key, method.getDefaultValue());
                });
    }

    private ControllerSettings settings(String defaultDirectory) {
        return ControllerSettings.of(configuration(), given, defaultDirectory);
    }

    @Test
    void shouldPutTheSocketWhereKataLooksByDefault() throws IOException {
        ControllerSettings settings = settings(null);
        assertThat(settings.socket()).isEqualTo(Path.of("/var/run/kata-containers/vhost-user/block/sockets/vhostblk0"));
        assertThat(settings.type()).isEqualTo("blk");
        UnixListener.Options options = settings.listenerOptions();
        assertThat(options.mode()).isEqualTo(0600);
        assertThat(options.uid()).isEqualTo(-1);
        assertThat(options.gid()).isEqualTo(-1);
        assertThat(settings.cores()).isEqualTo(new BitSet());
    }

    @Test
    void shouldPreferItsOwnDirectoryToTheTargets() {
        assertThat(settings("/run/x").socket()).isEqualTo(Path.of("/run/x/vhostblk0"));
        given.put("socket_dir", " /run/y ");
        assertThat(settings("/run/x").socket()).isEqualTo(Path.of("/run/y/vhostblk0"));
    }

    /** The target may have been started anywhere. */
    @Test
    void shouldComplainOfADirectoryThatIsNotAbsolute() {
        given.put("socket_dir", "sockets");
        assertThatThrownBy(() -> settings(null).checkDirectory())
                .hasMessageContaining("socket_dir \"sockets\" must be an absolute path, one that begins with /");
        given.put("socket_dir", "");
        settings("/run/x").checkDirectory();
    }

    @Test
    void shouldReadOwnerGroupModeAndCores() throws IOException {
        given.putAll(Map.of("socket_owner", "root", "socket_group", "0", "socket_mode", "660", "cpumask", "0x5"));
        ControllerSettings settings = settings(null);
        assertThat(settings.listenerOptions().uid()).isZero();
        assertThat(settings.listenerOptions().gid()).isZero();
        assertThat(settings.listenerOptions().mode()).isEqualTo(0660);
        assertThat(settings.cores().stream().toArray()).containsExactly(0, 2);
    }

    @Test
    void shouldComplainOfAnOwnerThatDoesNotExist() {
        given.put("socket_owner", "no-such-user-here");
        assertThatThrownBy(() -> settings(null).listenerOptions())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no-such-user-here");
    }

    @Test
    void shouldHandTheDeviceOnlyItsOwnOptions() {
        given.putAll(Map.of(
                "num_queues", 4, "component.id", 7, "service.pid", "x", "bdev.target", "(a=b)", "socket_mode", "0600"));
        assertThat(settings(null).options()).isEqualTo(Map.of("num_queues", 4, "socket_mode", "0600"));
    }
}
