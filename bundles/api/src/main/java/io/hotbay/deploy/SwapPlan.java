// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy;

import java.util.List;

/**
 * What an update of a bundle would touch.
 *
 * @param id number of the bundle
 * @param bundle its symbolic name
 * @param version its version now
 * @param rewired symbolic names of the other bundles that would be stopped, rewired and started with it, sorted
 * @param controllers the controllers that would pause, by name
 */
public record SwapPlan(long id, String bundle, String version, List<String> rewired, List<Touched> controllers) {
    /**
     * A controller that would pause.
     *
     * @param controller its name
     * @param rings how many queues of connected front-ends it is serving
     * @param causes why, for people: {@code bdev Malloc0}, {@code device type blk}, {@code reactors}
     */
    public record Touched(String controller, int rings, List<String> causes) {
        public Touched {
            causes = List.copyOf(causes);
        }
    }

    public SwapPlan {
        rewired = List.copyOf(rewired);
        controllers = List.copyOf(controllers);
    }

    /** How many queues of connected front-ends would pause. */
    public int rings() {
        return controllers.stream().mapToInt(Touched::rings).sum();
    }
}
