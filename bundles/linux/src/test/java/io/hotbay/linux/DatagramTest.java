// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import jnr.unixsocket.UnixDatagramChannel;
import jnr.unixsocket.UnixSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatagramTest {
    @TempDir
    Path directory;

    @Test
    void shouldSendToAPath() throws Exception {
        File path = directory.resolve("notify").toFile();
        assertThat(sent(path.toString(), new UnixSocketAddress(path))).isEqualTo("READY=1");
    }

    @Test
    void shouldSendToAnAbstractName() throws Exception {
        String name = "hotbay-test-" + ProcessHandle.current().pid();
        assertThat(sent("@" + name, new UnixSocketAddress("\0" + name))).isEqualTo("READY=1");
    }

    private static String sent(String address, UnixSocketAddress bound) throws Exception {
        try (UnixDatagramChannel receiver = UnixDatagramChannel.open().bind(bound)) {
            Datagram.send(address, "READY=1".getBytes(US_ASCII));
            ByteBuffer message = ByteBuffer.allocate(100);
            receiver.receive(message);
            return new String(message.array(), 0, message.position(), US_ASCII);
        }
    }

    @Test
    void shouldSayWhenNobodyReceives() {
        Path path = directory.resolve("nobody");
        assertThatThrownBy(() -> Datagram.send(path.toString(), new byte[1]))
                .hasMessage("connect " + path + ": No such file or directory (ENOENT)");
        assertThatThrownBy(() -> Datagram.send("@hotbay-nobody", new byte[1]))
                .hasMessage("connect @hotbay-nobody: Connection refused (ECONNREFUSED)");
    }

    @Test
    void shouldRefuseAnAddressThatIsTooLong() {
        assertThatThrownBy(() -> Datagram.send("/" + "x".repeat(107), new byte[1]))
                .isInstanceOfSatisfying(
                        LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENAMETOOLONG));
    }
}
