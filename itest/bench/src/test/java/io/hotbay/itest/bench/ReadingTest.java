// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the benchmark reads from the kernel, from Hotbay and from its command line. */
class ReadingTest {
    @Test
    void shouldReadACoreWithoutMistakingAnotherForIt() throws IOException {
        String text = "cpu  9 9 9 9 9 9 9 9 9 9\ncpu1 1 2 3 100 50 4 5 6 0 0\ncpu11 0 0 0 0 0 0 0 0 0 0\n";
        assertThat(ProcStat.parseCore(text, 1)).isEqualTo(new ProcStat.Core(15, 6));
        assertThatThrownBy(() -> ProcStat.parseCore(text, 2)).hasMessage("/proc/stat has no core 2");
    }

    @Test
    void shouldReadWhatTheHostTookFromEachCore() {
        assertThat(ProcStat.parseStolen(
                        "cpu  9 9 9 9 9 9 9 9 9 9\ncpu0 1 2 3 4 5 6 7 8 0 0\ncpu3 0 0 0 0 0 0 0 70 0 0\nctxt 1\n"))
                .containsExactly(8, 70);
    }

    @Test
    void shouldReadAProcessWhoseNameHasBlanksAndBrackets() {
        assertThat(ProcStat.parseProcess("42 (a) (b) S 1 2 3 4 5 6 7 8 9 10 700 80 0 0 20"))
                .isEqualTo(780);
    }

    @Test
    void shouldReadWhatAReactorAllocated() throws IOException {
        String table = "CORE  POLLERS  BUSY s  BUSY %  ROUNDS  ALLOCATED\n"
                + "   0        1   0.002     0.0      99         12\n"
                + "   1        2   0.101    10.0      88         34\n";
        assertThat(ReactorTable.allocatedBytes(table, 1)).isEqualTo(34);
    }

    @Test
    void shouldSayWhatDoesNotTellWhatAReactorAllocated() {
        for (String table : List.of("", "no such command", "CORE  ALLOCATED\n1     -1", "CORE  ALLOCATED\n0     5")) {
            assertThatThrownBy(() -> ReactorTable.allocatedBytes(table, 1))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("core 1")
                    .hasMessageContaining(table);
        }
    }

    @Test
    void shouldReadTheCommandLine() {
        BenchOptions options = BenchOptions.parse(
                "--home", "/h", "--depths", "1,8", "--disks", "malloc", "--directions", "write", "--indirect");
        assertThat(options.home()).hasToString("/h");
        assertThat(options.cases(BenchDisk.MALLOC))
                .containsExactly(
                        new BenchCase(BenchDisk.MALLOC, true, 1, true), new BenchCase(BenchDisk.MALLOC, true, 8, true));
        assertThat(BenchOptions.parse("--help")).isNull();
    }

    @Test
    void shouldJudgeHotbayOnlyAndOnlyWhenNoiseIsKeptOut() {
        BenchCase withGoal = new BenchCase(BenchDisk.MALLOC, false, 32, false);
        assertThat(BenchOptions.parse("--home", "/h").goal(withGoal)).isEqualTo(12);
        assertThat(BenchOptions.parse().goal(withGoal)).isZero();
        assertThat(BenchOptions.parse("--home", "/h", "--tolerate", "31").goal(withGoal))
                .isZero();
    }

    /** The figures of the project's issue; a change here changes what is promised. */
    @Test
    void shouldHaveTheGoalsThatWereSet() {
        assertThat(new BenchCase(BenchDisk.NULL, false, 1, false).goal()).isEqualTo(3);
        assertThat(new BenchCase(BenchDisk.NULL, false, 128, false).goal()).isEqualTo(4);
        assertThat(new BenchCase(BenchDisk.NULL, true, 32, false).goal()).isZero();
        assertThat(new BenchCase(BenchDisk.MALLOC, true, 128, false).goal()).isEqualTo(12);
        assertThat(new BenchCase(BenchDisk.MALLOC, true, 1, false).goal()).isEqualTo(8);
        assertThat(new BenchCase(BenchDisk.CACHED_URING, true, 32, false).goal())
                .isEqualTo(2.5);
        assertThat(new BenchCase(BenchDisk.CACHED_NATIVE, false, 32, false).goal())
                .isEqualTo(1.6);
        assertThat(new BenchCase(BenchDisk.DIRECT_URING, false, 32, false).goal())
                .isEqualTo(1.1);
        assertThat(new BenchCase(BenchDisk.DIRECT_URING, false, 1, false).goal())
                .isZero();
    }

    @Test
    void shouldReadMemoryOfAProcess() {
        String status = "VmRSS:\t   90000 kB\nRssAnon:\t   70000 kB\nRssFile:\t   5000 kB\n";
        assertThat(SizeMeasurement.kibibytes(status, "RssAnon:")).isEqualTo(70_000);
        assertThat(SizeMeasurement.kibibytes(status, "RssShmem:")).isZero();
        assertThat(Machine.cpu("processor : 0\nmodel name\t: A CPU @ 2 GHz\n")).isEqualTo("A CPU @ 2 GHz");
    }

    @Test
    void shouldSayWhatIsWrongWithTheCommandLine() {
        assertThatThrownBy(() -> BenchOptions.parse("--rounds", "x")).hasMessage("--rounds wants a number, not \"x\"");
        assertThatThrownBy(() -> BenchOptions.parse("--what", "1")).hasMessageStartingWith("--what is unknown");
        assertThatThrownBy(() -> BenchOptions.parse("--disks", "x"))
                .hasMessageStartingWith("--disks knows null, malloc, cached-uring")
                .hasMessageEndingWith("not \"x\"");
        assertThatThrownBy(() -> BenchOptions.parse("--directions", "up"))
                .hasMessage("--directions knows read and write, not [up]");
        assertThatThrownBy(() -> BenchOptions.parse("--parts", "half")).hasMessageEndingWith("not \"half\"");
        assertThatThrownBy(() -> BenchOptions.parse("--load-core", "0")).hasMessageContaining("a core each");
    }
}
