// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.hotbay.linux.Cpus;
import io.hotbay.reactor.CpuSet;
import io.hotbay.reactor.Reactor;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConfiguredReactorsTest {
    private static final BitSet USABLE = Cpus.allowed();
    private static final int FIRST = USABLE.nextSetBit(0);
    private static final int LAST = USABLE.length() - 1;

    private final RecordingLogger log = new RecordingLogger();
    private ConfiguredReactors reactors;

    @AfterEach
    void stop() {
        if (reactors != null) {
            reactors.deactivate();
        }
    }

    private static ReactorConfiguration configuration(String cores, int spinMicros) {
        return configuration(cores, "balanced", spinMicros);
    }

    private static ReactorConfiguration configuration(String cores, String polling, int spinMicros) {
        return configuration(cores, polling, spinMicros, 0);
    }

    private static ReactorConfiguration configuration(String cores, String polling, int spinMicros, int compilerNice) {
        return new ReactorConfiguration() {
            @Override
            public String cores() {
                return cores;
            }

            @Override
            public String polling() {
                return polling;
            }

            @Override
            public int spin__us() {
                return spinMicros;
            }

            @Override
            public int compiler__nice() {
                return compilerNice;
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return ReactorConfiguration.class;
            }
        };
    }

    private ConfiguredReactors start(String launched, String configured) {
        reactors = new ConfiguredReactors(new CoreChoice(launched, USABLE), configuration(configured, 0), log.logger());
        return reactors;
    }

    private List<Integer> cores() {
        return reactors.all().stream().map(Reactor::core).toList();
    }

    @Test
    void shouldRunOnTheFirstUsableCoreByDefault() {
        start(null, "");
        assertThat(cores()).containsExactly(FIRST);
    }

    @Test
    void shouldRunOnTheCoresTheLauncherWasToldUnlessConfiguredOtherwise() {
        start(CpuSet.list(USABLE), "");
        assertThat(cores()).containsExactlyElementsOf(USABLE.stream().boxed().toList());
        reactors.deactivate();
        start(CpuSet.list(USABLE), Integer.toString(LAST));
        assertThat(cores()).containsExactly(LAST);
    }

    @Test
    void shouldNameACoreThatCannotBeUsedAndThoseThatCan() {
        assertThatThrownBy(() -> start(null, FIRST + ",77"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("core 77 ")
                .hasMessageContaining("choose among " + CpuSet.list(USABLE));
        assertThatThrownBy(() -> start("0x", ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0x");
    }

    @Test
    void shouldRefuseASpinTimeOutOfRange() {
        for (int spin : new int[] {-2, 1_000_001}) {
            assertThatThrownBy(() ->
                            new ConfiguredReactors(new CoreChoice(null, USABLE), configuration("", spin), log.logger()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("spin_us")
                    .hasMessageContaining("is " + spin);
        }
    }

    @Test
    void shouldRefuseANiceValueOutOfRange() {
        for (int nice : new int[] {-1, 20}) {
            assertThatThrownBy(() -> new ConfiguredReactors(
                            new CoreChoice(null, USABLE), configuration("", "balanced", -1, nice), log.logger()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("compiler_nice")
                    .hasMessageContaining("is " + nice);
        }
    }

    @Test
    void shouldLetTheCompilersGiveWayWhenItStartsAndWhenItIsModified() throws Exception {
        int before = niceOfCompiler();
        assumeThat(before).as("nice value of the tests themselves").isLessThan(17);
        reactors = new ConfiguredReactors(
                new CoreChoice(null, USABLE), configuration("", "balanced", -1, 0), log.logger());
        assertThat(niceOfCompiler()).isEqualTo(before);

        reactors.modified(configuration("", "balanced", -1, 17));
        assertThat(niceOfCompiler()).isEqualTo(17);

        reactors.deactivate();
        reactors = new ConfiguredReactors(
                new CoreChoice(null, USABLE), configuration("", "balanced", -1, 18), log.logger());
        assertThat(niceOfCompiler()).isEqualTo(18);
    }

    private static int niceOfCompiler() throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            for (Path thread : threads.toList()) {
                if (nameOf(thread).startsWith("C1 ")) {
                    String stat = Files.readString(thread.resolve("stat"));
                    return Integer.parseInt(
                            stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]);
                }
            }
        }
        throw new AssertionError("no compiler");
    }

    private static String nameOf(Path thread) throws IOException {
        try {
            return Files.readString(thread.resolve("comm"));
        } catch (IOException e) {
            if (Files.exists(thread)) {
                throw e;
            }
            return "";
        }
    }

    @Test
    void shouldRefuseAWayOfPollingThereIsNot() {
        assertThatThrownBy(() -> new ConfiguredReactors(
                        new CoreChoice(null, USABLE), configuration("", "hasty", -1), log.logger()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("polling is \"hasty\": must be latency, balanced or economy");
    }

    @Test
    void shouldTakeEachWayOfPolling() {
        for (String polling : new String[] {"latency", "balanced", "economy"}) {
            reactors =
                    new ConfiguredReactors(new CoreChoice(null, USABLE), configuration("", polling, -1), log.logger());
            assertThat(cores()).containsExactly(FIRST);
            reactors.deactivate();
        }
    }

    @Test
    void shouldPickTheReactorWithTheFewestPollersEvenBeforeTheyRun() {
        start(null, CpuSet.list(USABLE));
        int count = USABLE.cardinality();
        for (int i = 0; i < 3 * count; i++) {
            reactors.leastLoaded(new BitSet()).add(new CountingPoller("p" + i));
        }
        assertThat(reactors.all()).allMatch(reactor -> ((CoreReactor) reactor).load() == 3);
        BitSet last = new BitSet();
        last.set(LAST);
        assertThat(reactors.leastLoaded(last).core()).isEqualTo(LAST);
    }

    @Test
    void shouldNameTheReactorsThereAreWhenNoneOfTheCoresHasOne() {
        start(null, Integer.toString(FIRST));
        BitSet other = new BitSet();
        other.set(99);
        assertThatThrownBy(() -> reactors.leastLoaded(other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cores 99")
                .hasMessageContaining("reactors on " + FIRST);
    }

    @Test
    void shouldStartAndStopReactorsWhenTheCoresChange() {
        start(null, Integer.toString(FIRST));
        Reactor first = reactors.all().get(0);
        reactors.modified(configuration(CpuSet.list(USABLE), 0));
        assertThat(cores()).hasSize(USABLE.cardinality());
        assertThat(reactors.all()).contains(first);
        if (LAST != FIRST) {
            reactors.modified(configuration(Integer.toString(LAST), 0));
            assertThat(cores()).containsExactly(LAST);
            assertThat(first.run(() -> 1)).isCompletedExceptionally();
        }
    }

    @Test
    void shouldKeepAReactorThatIsInUseWhenItsCoreIsTakenAway() throws Exception {
        if (LAST == FIRST) {
            return;
        }
        start(null, CpuSet.list(USABLE));
        Reactor used = reactors.all().get(0);
        used.add(new CountingPoller("vhostblk0")).get(60, TimeUnit.SECONDS);
        reactors.modified(configuration(Integer.toString(LAST), 0));
        assertThat(cores()).containsExactly(FIRST, LAST);
        assertThat(used.run(() -> 1).get(60, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(log.lines()).anyMatch(line -> line.startsWith("error") && line.contains("vhostblk0"));
    }

    @Test
    void shouldKeepRunningWithTheOldConfigurationWhenTheNewOneIsWrong() {
        start(null, Integer.toString(FIRST));
        reactors.modified(configuration("nonsense", 0));
        assertThat(cores()).containsExactly(FIRST);
        assertThat(log.lines()).anyMatch(line -> line.startsWith("error") && line.contains("nonsense"));
    }

    @Test
    void shouldStopAllReactorsWhenDeactivated() {
        start(null, CpuSet.list(USABLE));
        List<Reactor> all = reactors.all();
        reactors.deactivate();
        assertThat(reactors.all()).isEmpty();
        assertThat(all).allMatch(reactor -> reactor.run(() -> 1).isCompletedExceptionally());
    }
}
