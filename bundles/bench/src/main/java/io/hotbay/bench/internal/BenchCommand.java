// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bench.internal;

import io.hotbay.target.Controller;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;

/**
 * {@code bench:run}. What the shell needs for its list of commands and for completion are properties, so that nothing of this
 * bundle is loaded before the command is called.
 */
@Component(
        service = Function.class,
        property = {
            "osgi.command.scope=bench",
            "osgi.command.function=run",
            "hotbay.command.summary=" + RunCommand.SUMMARY,
            "hotbay.command.argument=controller",
            "hotbay.command.options=--block-size=",
            "hotbay.command.options=--depth=",
            "hotbay.command.options=--queues=",
            "hotbay.command.options=--read=",
            "hotbay.command.options=--sequential",
            "hotbay.command.options=--interrupts",
            "hotbay.command.options=--indirect",
            "hotbay.command.options=--verify",
            "hotbay.command.options=--time=",
            "hotbay.command.options=--warm-up=",
            "hotbay.command.options=--range=",
            "hotbay.command.options=--seed=",
            "hotbay.command.options=--core=",
            "hotbay.command.options=--queue-size=",
            "hotbay.command.options=--hugepages",
            "hotbay.command.options=--destroy-data",
            "hotbay.command.options=--json=",
            "hotbay.command.options=--plot=",
            "hotbay.command.options=--quiet",
            "hotbay.command.options=--make=",
            "hotbay.command.options=--help"
        })
public final class BenchCommand implements Function {
    private final BundleContext context;
    private final Set<Thread> running = ConcurrentHashMap.newKeySet();

    /** Makes the command; it is ready at once. */
    @Activate
    public BenchCommand(BundleContext context) {
        this.context = context;
    }

    /** Ends what still runs: its classes go. */
    @Deactivate
    public void close() {
        running.forEach(Thread::interrupt);
    }

    @Override
    public Object execute(CommandSession session, List<Object> arguments) throws Exception {
        RunCommand command = new RunCommand();
        CommandLine line = new CommandLine(command);
        line.setUsageHelpAutoWidth(false);
        line.setUsageHelpWidth(110);
        PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
        running.add(Thread.currentThread());
        try {
            String[] words = arguments.stream().map(String::valueOf).toArray(String[]::new);
            if (line.parseArgs(words).isUsageHelpRequested()) {
                line.usage(out, Ansi.OFF);
            } else {
                run(command, out);
            }
        } catch (ParameterException wrong) {
            throw new BenchException("bench:run: " + wrong.getMessage() + "; bench:run -h shows how", wrong);
        } finally {
            running.remove(Thread.currentThread());
            out.flush();
        }
        return null;
    }

    private void run(RunCommand command, PrintWriter out) throws BenchException {
        if ((command.target == null) == (command.make == null)) {
            throw new BenchException("bench:run needs either a TARGET or --make, for example --make null");
        }
        if (command.make == null) {
            new BenchRun(socket(command.target), command.options, out).run();
            return;
        }
        OptionCheck.check(command.options);
        try (OwnDisk disk = OwnDisk.make(context, command.make)) {
            // Nobody else has ever seen this disk.
            command.options.destroyData = true;
            new BenchRun(socket(disk.controller()), command.options, out).run();
        }
    }

    private Path socket(String target) throws BenchException {
        if (target.contains("/")) {
            return Path.of(target);
        }
        TreeMap<String, Controller> controllers = controllers();
        Controller controller = controllers.get(target);
        if (controller == null) {
            throw new BenchException("controller \"" + target + "\" does not exist: "
                    + (controllers.isEmpty()
                            ? "there are none, create one with vhost:create-blk, or give the path of a socket"
                            : "use " + String.join(", ", controllers.keySet())));
        }
        return Path.of(controller.status().socket());
    }

    private TreeMap<String, Controller> controllers() {
        TreeMap<String, Controller> controllers = new TreeMap<>();
        try {
            for (ServiceReference<Controller> reference : context.getServiceReferences(Controller.class, null)) {
                Controller controller = context.getService(reference);
                if (controller != null) {
                    controllers.put(String.valueOf(reference.getProperty(Controller.NAME)), controller);
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("no filter was given", e);
        }
        return controllers;
    }
}
