// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import io.hotbay.deploy.Swap;
import io.hotbay.target.Pause;
import io.hotbay.target.PauseSum;
import io.hotbay.target.TargetException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;

/** Remembers in a file which process there was last, so that one that takes another one's place is written down once. */
final class ProcessNote {
    /** Framework property of a process that was started by an upgrade. */
    private static final String TAKE_OVER = "hotbay.take.over";
    /** System property of a process that got its front-ends from the service manager. */
    private static final String TAKEN_OVER = "hotbay.taken.over";

    private final Path file;
    private final Gson gson = new Gson();
    private final Noted own;
    private final Noted former;
    private final boolean successor;
    private volatile boolean noted;

    /**
     * A process.
     *
     * @param framework tells one process from another
     * @param version of this bundle in it, when it started
     */
    record Noted(String framework, String version) {}

    ProcessNote(BundleContext context, Path file) {
        this.file = file;
        own = new Noted(
                context.getProperty(Constants.FRAMEWORK_UUID),
                context.getBundle().getVersion().toString());
        former = read();
        boolean same = former != null && own.framework().equals(former.framework());
        successor = context.getProperty(TAKE_OVER) != null || Boolean.getBoolean(TAKEN_OVER);
        noted = same || !successor;
        if (!same && !successor) {
            tryToNote();
        }
    }

    private Noted read() {
        try {
            return Files.exists(file) ? gson.fromJson(Files.readString(file), Noted.class) : null;
        } catch (IOException | JsonParseException e) {
            return null;
        }
    }

    /** Whether there is nothing to be written down about this process. */
    boolean isNoted() {
        return noted;
    }

    /** @param controllers all pauses there are; in a process that has just begun they are those of the take-over */
    Swap swap(Collection<List<Pause>> controllers) {
        PauseSum sum = PauseSum.of(controllers);
        long begun = ManagementFactory.getRuntimeMXBean().getStartTime();
        long start = controllers.stream()
                .flatMap(List::stream)
                .mapToLong(Pause::start)
                .min()
                .orElse(begun);
        long end = sum.end() == 0 ? System.currentTimeMillis() : sum.end();
        return new Swap(
                start,
                Swap.PROCESS,
                former == null ? "" : former.version(),
                own.version(),
                end - start,
                sum.rings(),
                sum.requests(),
                sum.longestMicros(),
                Swap.Outcome.DONE,
                "");
    }

    /** It has been written down. */
    void note() throws TargetException {
        noted = true;
        try {
            write();
        } catch (IOException e) {
            throw new TargetException(file + " cannot be written: " + OneLine.of(e), e);
        }
    }

    private void tryToNote() {
        try {
            write();
        } catch (IOException e) {
            // All it costs is the version before in the entry of the next process.
        }
    }

    private void write() throws IOException {
        Files.createDirectories(file.getParent());
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(fresh, gson.toJson(own));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
