// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class UsersTest {
    @Test
    void shouldKnowWhoRunsIt() throws Exception {
        assertThat(Users.effectiveUid()).isEqualTo(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        assertThat(Users.effectiveGid()).isEqualTo(Files.getAttribute(Path.of("/proc/self"), "unix:gid"));
    }

    @Test
    void shouldFindUsersAndGroupsByNameOrNumber() throws Exception {
        assertThat(Users.uid("root")).isZero();
        assertThat(Users.gid("root")).isZero();
        assertThat(Users.uid("daemon")).isEqualTo(Users.uid(Integer.toString(Users.uid("daemon"))));
        assertThat(Users.uid("65534")).isEqualTo(65534);
        assertThat(Users.gid("65534")).isEqualTo(65534);
    }

    @Test
    void shouldSayWhenNobodyHasAName() {
        assertThatThrownBy(() -> Users.uid("no-such-user"))
                .hasMessage("no user is called \"no-such-user\": create it or write a number");
        assertThatThrownBy(() -> Users.gid("no-such-group"))
                .hasMessage("no group is called \"no-such-group\": create it or write a number");
        assertThatThrownBy(() -> Users.uid("99999999999")).hasMessageContaining("too large");
        assertThatThrownBy(() -> Users.uid("")).hasMessageContaining("no user is called \"\"");
    }

    @Test
    void shouldAgreeWithTheKernelAboutCapabilities() throws Exception {
        long mask = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("CapEff:"))
                .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                .findFirst()
                .orElseThrow();
        for (int capability = 0; capability < 64; capability++) {
            assertThat(Users.hasCapability(capability)).isEqualTo((mask >>> capability & 1) == 1);
        }
    }

    @Test
    void shouldKnowWhichProcessesLive() throws Exception {
        assertThat(Users.isAlive((int) ProcessHandle.current().pid())).isTrue();
        assertThat(Users.isAlive(1)).isTrue();
        Process process = new ProcessBuilder("true").start();
        process.waitFor();
        assertThat(Users.isAlive((int) process.pid())).isFalse();
        assertThat(Users.isAlive(0)).isFalse();
        assertThat(Users.isAlive(-1)).isFalse();
    }
}
