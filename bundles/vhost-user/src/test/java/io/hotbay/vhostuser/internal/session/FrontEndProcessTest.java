// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.linux.LinuxException;
import io.hotbay.linux.UnixConnection;
import io.hotbay.linux.Users;
import org.junit.jupiter.api.Test;

class FrontEndProcessTest {
    @Test
    void shouldTellWhoIsAtTheOtherEnd() throws LinuxException {
        UnixConnection[] pair = UnixConnection.pair();
        FrontEndProcess process = FrontEndProcess.of(pair[0]);
        pair[0].close();
        pair[1].close();
        assertThat(process.pid()).isEqualTo((int) ProcessHandle.current().pid());
        assertThat(process.uid()).isEqualTo(Users.effectiveUid());
        assertThat(process.gid()).isEqualTo(Users.effectiveGid());
        assertThat(process.name()).isNotEmpty().doesNotContain("\n");
    }

    @Test
    void shouldNotLetAProcessNameWriteLines() {
        assertThat(FrontEndProcess.printable("qemu\n\u001b[2J\u00e4")).isEqualTo("qemu??[2J?");
        assertThat(new FrontEndProcess(5, 6, 7, "x")).hasToString("process 5 (x) of user 6 and group 7");
        assertThat(new FrontEndProcess(0, 6, 7, "")).hasToString("process 0 of user 6 and group 7");
    }
}
