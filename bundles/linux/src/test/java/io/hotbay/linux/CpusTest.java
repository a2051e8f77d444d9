// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class CpusTest {
    @Test
    void shouldReadListsAsTheKernelWritesThem() {
        BitSet expected = new BitSet();
        expected.set(0, 4);
        expected.set(8);
        expected.set(10, 12);
        assertThat(Cpus.parse("0-3,8,10-11\n")).isEqualTo(expected);
        assertThat(Cpus.parse("0\n").cardinality()).isOne();
    }

    @Test
    void shouldAllowNoMoreThanIsOnline() {
        BitSet beyond = Cpus.allowed();
        assertThat(beyond.isEmpty()).isFalse();
        beyond.andNot(Cpus.online());
        assertThat(beyond.isEmpty()).isTrue();
    }

    @Test
    void shouldPinOnlyTheCallingThread() throws Exception {
        BitSet allowed = Cpus.allowed();
        int core = allowed.length() - 1;
        String list = new WaitingThread<>(() -> {
                    Cpus.pinCurrentThread(core);
                    assertThat(Cpus.allowed()).isEqualTo(allowed);
                    return allowedList(Cpus.currentThreadId());
                })
                .result();
        assertThat(Cpus.parse(list)).isEqualTo(Cpus.parse(Integer.toString(core)));
        assertThat(Cpus.parse(allowedList(Cpus.currentThreadId()))).isEqualTo(allowed);
    }

    private static String allowedList(int thread) throws Exception {
        return Files.readAllLines(Path.of("/proc/self/task/" + thread + "/status")).stream()
                .filter(line -> line.startsWith("Cpus_allowed_list:"))
                .map(line -> line.substring(line.indexOf(':') + 1))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldRefuseACoreThatDoesNotExist() {
        assertThatThrownBy(() -> Cpus.pinCurrentThread(8000))
                .hasMessage("sched_setaffinity to core 8000: Invalid argument (EINVAL)");
        assertThatThrownBy(() -> Cpus.pinCurrentThread(100_000)).hasMessageContaining("EINVAL");
        assertThatThrownBy(() -> Cpus.pinCurrentThread(-1)).hasMessageContaining("EINVAL");
    }
}
