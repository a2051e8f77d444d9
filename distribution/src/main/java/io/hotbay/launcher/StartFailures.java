// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.ServiceException;

/**
 * Remembers which bundles did not start: the framework itself only tells listeners. A service that cannot be had is another thing, for
 * example a disk whose memory cannot be taken up: its component has said why, and the target starts with all others.
 */
final class StartFailures implements FrameworkListener {
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();

    @Override
    public void frameworkEvent(FrameworkEvent event) {
        if (event.getType() == FrameworkEvent.ERROR && !(event.getThrowable() instanceof ServiceException)) {
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
