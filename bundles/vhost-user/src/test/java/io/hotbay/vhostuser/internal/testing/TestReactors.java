// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.testing;

import io.hotbay.reactor.Reactor;
import io.hotbay.reactor.Reactors;
import java.util.BitSet;
import java.util.List;

/** One reactor, on core 0. */
public final class TestReactors implements Reactors, AutoCloseable {
    private final TestReactor reactor = new TestReactor(0);

    /** The reactor. */
    public TestReactor reactor() {
        return reactor;
    }

    @Override
    public List<Reactor> all() {
        return List.of(reactor);
    }

    @Override
    public Reactor leastLoaded(BitSet cores) {
        if (!cores.isEmpty() && !cores.get(0)) {
            throw new IllegalArgumentException("no reactor on cores " + cores + ": there is one on core 0");
        }
        return reactor;
    }

    @Override
    public void close() throws InterruptedException {
        reactor.close();
    }
}
