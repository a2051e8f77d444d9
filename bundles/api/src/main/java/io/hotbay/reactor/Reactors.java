// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor;

import java.util.BitSet;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** The reactors of this target: one for each configured core. Any thread. */
@ProviderType
public interface Reactors {
    /** PID of the configuration that names the cores. */
    String PID = "io.hotbay.reactor";

    /** All reactors, by core. */
    List<Reactor> all();

    /**
     * Picks the reactor with the fewest pollers.
     *
     * @param cores cores to choose from; empty for all
     * @throws IllegalArgumentException if none of the cores has a reactor; the message names those that have
     */
    Reactor leastLoaded(BitSet cores);
}
