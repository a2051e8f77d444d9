// SPDX-License-Identifier: Apache-2.0
package io.hotbay.guard;

import java.util.Collection;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Remembers interruptions for one who writes them down, also while that one is interrupted itself. Any thread. */
@ProviderType
public interface Interruptions {
    /** How many are remembered. When there are more, the oldest is forgotten. */
    int MOST = 1000;

    /** Those that are over, in the order of their ends. */
    List<Interruption> over();

    /** Forgets some that have been written down. */
    void forget(Collection<Interruption> known);
}
