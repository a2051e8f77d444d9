// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;

/** Remembers which bundles did not start: the framework itself only tells listeners. */
final class StartFailures implements FrameworkListener {
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();

    @Override
    public void frameworkEvent(FrameworkEvent event) {
        if (event.getType() == FrameworkEvent.ERROR) {
            failures.add(event.getBundle().getSymbolicName() + ": "
                    + event.getThrowable().getMessage());
        }
    }

    void check() throws LaunchException {
        if (!failures.isEmpty()) {
            throw new LaunchException("the installation does not start: " + String.join("; ", failures));
        }
    }
}
