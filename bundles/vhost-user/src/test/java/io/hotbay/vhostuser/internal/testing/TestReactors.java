// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.testing;

import io.hotbay.reactor.Reactor;
import io.hotbay.reactor.Reactors;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/** Reactors on cores from 0 on; one unless said otherwise. */
public final class TestReactors implements Reactors, AutoCloseable {
    private final List<TestReactor> reactors;

    /** Makes one. */
    public TestReactors() {
        this(1);
    }

    /** Makes some. */
    public TestReactors(int count) {
        reactors = IntStream.range(0, count).mapToObj(TestReactor::new).toList();
    }

    /** The first reactor. */
    public TestReactor reactor() {
        return reactors.get(0);
    }

    /** The reactor of a core. */
    public TestReactor reactor(int core) {
        return reactors.get(core);
    }

    @Override
    public List<Reactor> all() {
        return List.copyOf(reactors);
    }

    /** Not the least loaded, but the first, so that tests know which. */
    @Override
    public Reactor leastLoaded(BitSet cores) {
        return reactors.stream()
                .filter(reactor -> cores.isEmpty() || cores.get(reactor.core()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no reactor on cores " + cores + ": there are " + reactors.size()));
    }

    @Override
    public void close() throws InterruptedException {
        for (TestReactor reactor : reactors) {
            reactor.close();
        }
    }
}
