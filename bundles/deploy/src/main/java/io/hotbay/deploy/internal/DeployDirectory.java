// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import io.hotbay.deploy.internal.HandledFiles.Handled;
import io.hotbay.target.TargetException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.osgi.service.log.Logger;

/**
 * Compares the jars of a directory with what was done with them, and does what is missing. An instance that is ended in the middle has
 * not noted what it has not begun, so the next one does it. One thread.
 */
final class DeployDirectory {
    private static final String JARS = "*.jar";
    /** Whoever copies a file changes it more often than that. */
    private static final long SETTLED_MILLIS = 1000;

    private final Path directory;
    private final HandledFiles handled;
    private final Bundles bundles;
    private final Logger logger;
    private Map<String, String> seen = Map.of();
    private final Map<String, Refusal> refusals = new HashMap<>();

    /** What files are put into. */
    interface Bundles {
        /** Changes with anything that a file which was refused may have lacked. */
        long state();

        /**
         * Puts a file into the bundle it is made for, when its turn has come.
         *
         * @param begun called with the bundle's number as soon as the file cannot be refused any more
         */
        void take(Path file, LongConsumer begun) throws TargetException, InterruptedException;

        /**
         * Puts what a bundle had before in the place of a file that is gone, when its turn has come.
         *
         * @param other another file for the same bundle
         * @param begun called as soon as it is certain to be done
         */
        void giveBack(long bundle, Optional<Path> other, Runnable begun) throws TargetException, InterruptedException;
    }

    private record Refusal(String stamp, long state, String reason) {}

    DeployDirectory(Path directory, HandledFiles handled, Bundles bundles, Logger logger) {
        this.directory = directory;
        this.handled = handled;
        this.bundles = bundles;
        this.logger = logger;
    }

    /** Does what there is to do now. */
    void look() throws InterruptedException {
        SortedMap<String, String> present;
        try {
            present = stamps();
        } catch (IOException | DirectoryIteratorException e) {
            // The directory is away: that says nothing about the files.
            return;
        }
        for (String name : handled.names()) {
            if (!present.containsKey(name)) {
                giveBack(name, present.keySet());
            }
        }
        refusals.keySet().retainAll(present.keySet());
        for (Map.Entry<String, String> file : present.entrySet()) {
            String name = file.getKey();
            if (isNews(name, file.getValue()) && isSettled(name, file.getValue())) {
                take(name, file.getValue());
            }
        }
        seen = present;
    }

    private SortedMap<String, String> stamps() throws IOException {
        SortedMap<String, String> stamps = new TreeMap<>();
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(directory, JARS)) {
            for (Path jar : jars) {
                stamp(jar).ifPresent(stamp -> stamps.put(jar.getFileName().toString(), stamp));
            }
        }
        return stamps;
    }

    /** What changes with the content; empty for what is no file, or no longer there. */
    private static Optional<String> stamp(Path jar) throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(jar, BasicFileAttributes.class);
            return attributes.isRegularFile()
                    ? Optional.of(attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey())
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private boolean isNews(String name, String stamp) {
        Handled done = handled.get(name);
        if (done != null && done.stamp().equals(stamp)) {
            return false;
        }
        Refusal refusal = refusals.get(name);
        return refusal == null || !refusal.stamp.equals(stamp) || refusal.state != bundles.state();
    }

    private boolean isSettled(String name, String stamp) {
        return stamp.equals(seen.get(name))
                || System.currentTimeMillis() - directory.resolve(name).toFile().lastModified() > SETTLED_MILLIS;
    }

    private void take(String name, String stamp) throws InterruptedException {
        Path file = directory.resolve(name);
        try {
            bundles.take(file, bundle -> handled.put(name, new Handled(stamp, bundle)));
            refusals.remove(name);
        } catch (TargetException | RuntimeException e) {
            endIfInterrupted();
            String reason = e instanceof TargetException ? e.getMessage() : OneLine.of(e);
            Refusal former = refusals.put(name, new Refusal(stamp, bundles.state(), reason));
            if (former == null || !former.reason.equals(reason)) {
                logger.error("{}: {}", file, reason);
            }
        }
    }

    private void giveBack(String name, Set<String> present) throws InterruptedException {
        long bundle = handled.get(name).bundle();
        Optional<Path> other = handled.names().stream()
                .filter(each -> present.contains(each) && handled.get(each).bundle() == bundle)
                .findFirst()
                .map(directory::resolve);
        try {
            bundles.giveBack(bundle, other, () -> handled.remove(name));
        } catch (TargetException | RuntimeException e) {
            endIfInterrupted();
            logger.error("{} is gone: {}", directory.resolve(name), OneLine.of(e));
            handled.remove(name);
        }
    }

    /** What fails because this instance is being ended has not failed. */
    private static void endIfInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }
}
