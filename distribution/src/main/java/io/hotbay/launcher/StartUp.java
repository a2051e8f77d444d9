// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.launch.Framework;

/** How a framework comes up: by itself, or as the successor of another process. */
interface StartUp {
    /** The start level it comes up to by itself. */
    int level();

    /** Changes properties of the framework. */
    void configure(Map<String, String> properties);

    /** Assigns a start level. */
    void assign(Bundle bundle);

    /**
     * Does the rest when the framework has started.
     *
     * @param failures of bundles that are started here
     */
    void complete(Framework framework, StartFailures failures) throws LaunchException;
}
