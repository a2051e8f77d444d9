// SPDX-License-Identifier: Apache-2.0
package io.hotbay.target;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/** Puts another process in the place of this one, while front-ends stay connected. Any thread; one upgrade at a time. */
@ProviderType
public interface TargetUpgrade {
    /**
     * Starts an installation as a successor of this process, with this one's command line, and hands everything over to it as soon
     * as it is ready: listening sockets, connections with their state, memory. Requests wait meanwhile; none is lost or repeated.
     * Returns when the successor serves them.
     *
     * @param home the installation's directory; empty for the one that this process was started from
     * @param patience how long the successor may take to get ready, while this process still serves
     * @param progress is told what is done, a line each
     * @return ends this process; to be run as soon as whoever asked for the upgrade has been told
     * @throws TargetException if the upgrade did not take place, because a bundle is being replaced just now for example; this process serves all front-ends as before then, unless the message
     *     says that they have to connect anew
     */
    Runnable upgrade(Optional<Path> home, Duration patience, Consumer<String> progress) throws TargetException;

    /** Whether an upgrade is under way, or has taken place, so that no bundle should be replaced now. */
    boolean isUnderWay();
}
