// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.apache.felix.service.command.Job;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Runs what people and scripts type in a Gogo session of their own, and explains what goes wrong in one line. */
@Component(service = ScriptRunner.class)
public final class ScriptRunner {
    /** Exit status of a script whose last command succeeded. */
    static final int OK = 0;
    /** Exit status of a script that ended with an error. */
    static final int FAILED = 1;

    private static final int LOOKS = 1000;
    private static final long LOOK_MILLIS = 10;

    private final CommandProcessor processor;

    /** Makes a runner. The registry is asked for so that all commands are there before the first script runs. */
    @Activate
    public ScriptRunner(
            BundleContext context, @Reference CommandProcessor processor, @Reference CommandRegistry registry) {
        this(processor);
        // Whenever SCR has been replaced, this is made anew.
        LostConverters.remove(processor, context);
    }

    ScriptRunner(CommandProcessor processor) {
        this.processor = processor;
    }

    /** Opens a session in which all commands are known. */
    CommandSession open(InputStream in, OutputStream out, OutputStream err) {
        CommandSession session = processor.createSession(in, out, err);
        // Hotbay's help comes before the framework's.
        session.put("SCOPE", "target:gogo:*");
        awaitCommands(session);
        return session;
    }

    /** Gogo offers its service a moment before it looks for commands, and somebody may be waiting at the control socket. */
    private static void awaitCommands(CommandSession session) {
        try {
            for (int look = 0; look < LOOKS && !knowsCommands(session); look++) {
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean knowsCommands(CommandSession session) {
        return session.get(".commands") instanceof Set<?> known && known.contains(CommandRegistry.LAST);
    }

    /**
     * Runs a script.
     *
     * @return {@link #OK} or {@link #FAILED}
     */
    int run(CommandSession session, String script, PrintStream out, PrintStream err) {
        try {
            Object result = session.execute(script);
            if (result != null) {
                out.println(session.format(result, Converter.INSPECT));
            }
            return OK;
        } catch (InterruptedException e) {
            interruptJob(session);
            err.println("hotbay: interrupted");
            return FAILED;
        } catch (Exception e) {
            err.println("hotbay: " + explain(e));
            return FAILED;
        } finally {
            out.flush();
            err.flush();
        }
    }

    /** Gogo runs a command on a thread of its own, which the interruption of the waiting one does not reach. */
    private static void interruptJob(CommandSession session) {
        Job job = session.foregroundJob();
        if (job != null) {
            job.interrupt();
        }
    }

    static PrintStream printer(OutputStream stream) {
        return new PrintStream(stream, false, StandardCharsets.UTF_8);
    }

    private static String explain(Exception e) {
        String message = e.getMessage();
        if (e.getClass().getSimpleName().equals("CommandNotFoundException")) {
            return message + "; help lists all commands";
        }
        return message == null || message.isBlank() ? e.toString() : message;
    }
}
