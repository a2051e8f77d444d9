// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Hashtable;
import java.util.function.Consumer;
import org.osgi.framework.BundleException;
import org.osgi.framework.launch.Framework;

/**
 * What the launcher does when another process takes the place of this one: the bundle io.hotbay.upgrade, which shares no class with it
 * but those of the JDK, tells it by a word.
 */
final class Handing implements Consumer<String> {
    private static final String LEAVE = "leave ";

    private final Framework framework;
    private final InstanceLocks locks;
    private volatile long successor;

    Handing(Framework framework, InstanceLocks locks) {
        this.framework = framework;
        this.locks = locks;
    }

    void offer() {
        Hashtable<String, Object> properties = new Hashtable<>();
        properties.put("hotbay.launcher", "true");
        framework.getBundleContext().registerService(Consumer.class, this, properties);
    }

    @Override
    public void accept(String word) {
        try {
            if (word.equals("admit")) {
                locks.admitSuccessor();
            } else if (word.equals("dismiss")) {
                locks.dismissSuccessor();
            } else if (word.startsWith(LEAVE)) {
                leave(Long.parseLong(word.substring(LEAVE.length())));
            } else {
                throw new IllegalArgumentException(word);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void leave(long pid) {
        locks.leave();
        successor = pid;
        try {
            framework.stop();
        } catch (BundleException e) {
            System.err.println("hotbay: stopping failed: " + e.getMessage());
            Runtime.getRuntime().halt(Hotbay.FAILED);
        }
    }

    /** A signal is about to stop this process: whatever a service manager keeps for the next one is left with it. */
    void store() {
        try {
            SuccessorStartUp.service(framework.getBundleContext()).apply("store");
        } catch (LaunchException | RuntimeException e) {
            System.err.println("hotbay: nothing is left for a next process: " + e.getMessage());
        }
    }

    /** The process that has taken this one's place, or 0. */
    long successor() {
        return successor;
    }
}
