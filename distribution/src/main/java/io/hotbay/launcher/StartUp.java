// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.launch.Framework;

/** How a framework comes up: at once, or as the successor of another process. */
interface StartUp {
    /** All at once. */
    StartUp AT_ONCE = new StartUp() {
        @Override
        public int level() {
            return StartLevels.LAST;
        }

        @Override
        public void configure(Map<String, String> properties) {}

        @Override
        public void assign(Bundle bundle) {
            StartLevels.assign(bundle);
        }

        @Override
        public void complete(Framework framework) {}
    };

    /** The start level it comes up to by itself. */
    int level();

    /** Changes properties of the framework. */
    void configure(Map<String, String> properties);

    /** Assigns a start level. */
    void assign(Bundle bundle);

    /** Does the rest when the framework has started. */
    void complete(Framework framework) throws LaunchException;
}
