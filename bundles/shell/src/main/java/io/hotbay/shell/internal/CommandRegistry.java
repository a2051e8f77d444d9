// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.felix.service.command.CommandProcessor;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Registers all commands with Gogo. */
@Component(service = CommandRegistry.class, immediate = true)
public final class CommandRegistry {
    /** The one that is registered last. */
    static final String LAST = "target:help";

    private final TargetServices services;
    private final BundleContext context;
    private final SortedMap<String, CommandFunction> commands = new TreeMap<>();
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();

    /** Registers them. */
    @Activate
    public CommandRegistry(BundleContext context, @Reference TargetServices services) {
        this.context = context;
        this.services = services;
        SortedMap<String, CommandFunction> view = Collections.unmodifiableSortedMap(commands);
        add("bdev:create", BdevCommands.Create::new);
        add("bdev:delete", BdevCommands.Delete::new);
        add("bdev:migrate", MigrateCommands.Migrate::new);
        add("bdev:migrations", MigrateCommands.ListAll::new);
        add("bdev:list", BdevCommands.ListAll::new);
        add("bdev:resize", BdevCommands.Resize::new);
        add("bdev:set-qos", BdevCommands.SetQos::new);
        add("bdev:show", BdevCommands.Show::new);
        add("bdev:types", BdevCommands.Types::new);
        add("bdev:iostat", BdevIostat::new);
        add("vhost:create-blk", VhostCommands.CreateBlk::new);
        add("vhost:delete", VhostCommands.Delete::new);
        add("vhost:histogram", VhostHistogram::new);
        add("vhost:iostat", VhostIostat::new);
        add("vhost:list", VhostCommands.ListAll::new);
        add("vhost:set-coalescing", VhostCommands.SetCoalescing::new);
        add("vhost:show", VhostCommands.Show::new);
        add("vhost:types", VhostCommands.Types::new);
        add("vhost:qemu", VhostCommands.Qemu::new);
        add("hugepages:setup", HugepagesCommands.Setup::new);
        add("hugepages:status", HugepagesCommands.Status::new);
        add("hugepages:reset", HugepagesCommands.Reset::new);
        add("hugepages:clean", HugepagesCommands.Clean::new);
        add("reactor:list", ReactorCommands.ListAll::new);
        add("reactor:show", ReactorCommands.Show::new);
        add("reactor:move", ReactorCommands.Move::new);
        add("kata:list", KataCommands.ListAll::new);
        add("kata:check", KataCommands.Check::new);
        add("kata:run", KataCommands.Run::new);
        add("kata:resolve", KataCommands.Resolve::new);
        add("deploy:list", DeployCommands.ListAll::new);
        add("deploy:plan", DeployCommands.Plan::new);
        add("deploy:update", DeployCommands.Update::new);
        add("deploy:install", DeployCommands.Install::new);
        add("deploy:history", DeployCommands.History::new);
        add("system:check", SystemCommands.Check::new);
        add("target:load", TargetCommands.Load::new);
        add("target:save", TargetCommands.Save::new);
        add("target:wait", TargetCommands.Wait::new);
        add("target:stop", each -> new TargetCommands.Stop(each, context));
        add(LAST, each -> new TargetCommands.Help(each, view));
    }

    /** Takes them back. */
    @Deactivate
    public void close() {
        registrations.forEach(ServiceRegistration::unregister);
    }

    /** All commands by full name. */
    SortedMap<String, CommandFunction> commands() {
        return commands;
    }

    /** Commands of other bundles by full name, as they are now. */
    Map<String, ForeignCommand> foreignCommands() {
        return services.foreignCommands();
    }

    /** What could be typed for the positional parameter of a command of another bundle. */
    List<String> candidates(ForeignCommand command) {
        return switch (command.argument()) {
            case "controller" -> services.controllerNames();
            case "bdev" -> services.bdevNames();
            default -> List.of();
        };
    }

    private void add(String name, Function<TargetServices, ShellCommand> factory) {
        CommandFunction command = new CommandFunction(name, () -> factory.apply(services));
        int colon = name.indexOf(':');
        Hashtable<String, Object> properties = new Hashtable<>();
        properties.put(CommandProcessor.COMMAND_SCOPE, name.substring(0, colon));
        properties.put(CommandProcessor.COMMAND_FUNCTION, name.substring(colon + 1));
        commands.put(name, command);
        registrations.add(
                context.registerService(org.apache.felix.service.command.Function.class, command, properties));
    }
}
