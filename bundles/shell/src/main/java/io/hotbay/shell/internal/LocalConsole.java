// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import io.hotbay.target.TargetAdmin;
import io.hotbay.target.TargetException;
import java.io.ByteArrayInputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.felix.service.command.CommandSession;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

/** The terminal the target was started on: runs the commands of -e once the target is up, then with -i gives a shell. */
@Component(service = LocalConsole.class, immediate = true)
public final class LocalConsole {
    private static final long READY_MILLIS = TimeUnit.SECONDS.toMillis(30);

    private final BundleContext context;
    private final Logger logger;
    private final TargetAdmin admin;
    private final ScriptRunner runner;
    private final InteractiveSession.Factory interactive;
    private volatile boolean closed;
    private final Thread thread = new Thread(this::run, "hotbay-console");

    /** Starts it, if the launcher asked for it. */
    @Activate
    public LocalConsole(
            BundleContext context,
            @Reference(service = LoggerFactory.class) Logger logger,
            @Reference TargetAdmin admin,
            @Reference ScriptRunner runner,
            @Reference InteractiveSession.Factory interactive) {
        this.context = context;
        this.logger = logger;
        this.admin = admin;
        this.runner = runner;
        this.interactive = interactive;
        if (isInteractive() || script() != null) {
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Ends it. */
    @Deactivate
    public void close() {
        closed = true;
        thread.interrupt();
    }

    private boolean isInteractive() {
        return Boolean.parseBoolean(context.getProperty("hotbay.interactive"));
    }

    private String script() {
        return context.getProperty("hotbay.execute");
    }

    private void run() {
        try {
            admin.awaitReady(READY_MILLIS);
        } catch (TargetException e) {
            logger.warn("{}", e.getMessage());
        }
        try {
            if (isInteractive()) {
                converse();
            } else {
                execute();
            }
        } catch (IOException | BundleException e) {
            logger.error("the console has failed: {}", e.getMessage());
        }
    }

    private void execute() {
        // Not System.out: Gogo puts its own stream there.
        PrintStream out = ScriptRunner.printer(new FileOutputStream(FileDescriptor.out));
        PrintStream err = ScriptRunner.printer(new FileOutputStream(FileDescriptor.err));
        try (CommandSession session = runner.open(new ByteArrayInputStream(new byte[0]), out, err)) {
            runner.run(session, script(), out, err);
        }
    }

    private void converse() throws IOException, BundleException {
        InteractiveSession session = interactive.local();
        if (script() != null) {
            session.execute(script());
        }
        session.run(Path.of("").toAbsolutePath());
        // the console may also end because this bundle stops
        if (!closed) {
            context.getBundle(0).stop();
        }
    }
}
