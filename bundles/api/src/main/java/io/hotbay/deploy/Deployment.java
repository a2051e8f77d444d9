// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy;

import io.hotbay.target.TargetException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Replaces and adds bundles while front-ends do I/O. Any thread. There is one swap at a time: a second one is refused as long as the
 * first is under way, and so is any while the process is being upgraded.
 *
 * <p>A bundle is named by its symbolic name, by the last part of a symbolic name that starts with {@code io.hotbay.}, or by its
 * number. A source is a URL or the path of a file; a relative path is taken from the target's working directory. What is updated
 * or installed here is in effect until the process ends; to have it after a restart as well, put the file into {@code deploy/}.
 */
@ProviderType
public interface Deployment {
    /** All bundles, by number. */
    List<BundleStatus> bundles();

    /**
     * Tells what an update of a bundle would touch. Nothing is changed.
     *
     * @throws TargetException if there is no such bundle, or it is the framework itself
     */
    SwapPlan plan(String bundle) throws TargetException;

    /**
     * Updates a bundle: stops it, replaces its content, rewires the bundles that use its packages, and starts all of them again.
     * Returns when the components and controllers that worked before work again, or the time limit has passed.
     *
     * <p>If the bundle that offers this service or one that uses it is replaced or rewired (as with an update of the API, of the
     * component runtime or of the shell), the call returns at once with {@link Swap.Outcome#UNDER_WAY}; {@link #history()} has the result afterwards, under the
     * same {@link Swap#start()}.
     *
     * @param bundle the bundle
     * @param source where the new content is; null for where the bundle was installed from
     * @param options how
     * @throws TargetException if the content cannot be read, is no bundle or another one, is older, or lacks something it needs:
     *     then nothing has been touched; if it did not start or some component or controller did not come back: then the
     *     history tells the outcome; if another swap is under way
     */
    Swap update(String bundle, String source, Set<UpdateOption> options) throws TargetException;

    /**
     * Installs and starts a bundle that is not there yet.
     *
     * @throws TargetException if it cannot be read, is no bundle, is installed already or cannot be started; then it is not
     *     installed
     */
    InstalledBundle install(String source) throws TargetException;

    /** The swap or installation under way, such as {@code update of io.hotbay.bdev-malloc}; empty if there is none. */
    Optional<String> underWay();

    /**
     * Past swaps, the oldest first; those of earlier runs of the target as well. At most {@value #HISTORY}. What others have swapped is
     * among them as soon as all controllers listen again: a bundle that was stopped and started, updated or refreshed by the
     * framework's own commands or by File Install, and a process that has taken the place of another one.
     *
     * @throws TargetException if what was kept cannot be read
     */
    List<Swap> history() throws TargetException;

    /** How many swaps are remembered. */
    int HISTORY = 500;
}
