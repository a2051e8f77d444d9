// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import java.lang.reflect.InvocationTargetException;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/**
 * Measures a socket from this process: runs the load of the bench bundle, which {@code bin/hotbay} puts on the class path and
 * which reads its own options.
 */
final class BenchCommand implements LauncherCommand {
    private static final String MAIN = "io.hotbay.bench.internal.BenchMain";
    private static final String SOCKETS = "hotbay.socket.dir";

    @Override
    public String name() {
        return "hotbay bench";
    }

    @Override
    public String operands() {
        return " TARGET";
    }

    @Override
    public String summary() {
        return "Measure any vhost-user-blk socket from a process of its own.";
    }

    @Override
    public Options options() {
        return new Options();
    }

    @Override
    public int run(CommandLine line) throws LaunchException {
        return run(line.getArgList());
    }

    /** Runs it with its words as they were typed; it ends the process with its own status. */
    int run(List<String> words) throws LaunchException {
        if (System.getProperty(SOCKETS) == null) {
            System.setProperty(SOCKETS, Layout.defaultSocketDir().toString());
        }
        try {
            Class.forName(MAIN).getMethod("main", String[].class).invoke(null, (Object) words.toArray(String[]::new));
            return 0;
        } catch (ClassNotFoundException absent) {
            throw new LaunchException(
                    "bench runs from an installation only: unpack the tarball and use bin/hotbay bench", absent);
        } catch (InvocationTargetException failure) {
            throw new IllegalStateException("bench failed", failure.getCause());
        } catch (ReflectiveOperationException mismatch) {
            throw new LaunchException("bench does not fit this launcher: unpack the tarball again", mismatch);
        }
    }
}
