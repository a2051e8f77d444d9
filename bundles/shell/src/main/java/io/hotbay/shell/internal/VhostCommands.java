// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import io.hotbay.target.Controller;
import io.hotbay.target.ControllerStatus;
import io.hotbay.target.QueueStatus;
import io.hotbay.target.SessionStatus;
import io.hotbay.target.TargetException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands on controllers. */
final class VhostCommands {
    private static final String BLK = "blk";

    private VhostCommands() {}

    @Command(
            description = "Export a block device as vhost-user-blk.",
            footer = {
                "",
                "Examples:",
                "  vhost:create-blk vhostblk0 Malloc0",
                "  vhost:create-blk --cpumask 0x2 vhostblk1 Malloc1 num_queues=4 socket_mode=0660 socket_group=kvm",
                "  vhost:create-blk vhostblk2 Malloc2 session_mode=shared max_sessions=2 allowed_uids=root,1000",
                "",
                "vhost:types lists all options."
            })
    static final class CreateBlk extends ShellCommand {
        @Option(
                names = {"-m", "--cpumask"},
                paramLabel = "CORES",
                description = "Reactors its queues may run on: a mask (0x3) or a list (0,2-3). Default: all.")
        private String cpumask;

        @Option(
                names = {"-r", "--readonly"},
                description = "Refuse writes.")
        private boolean readonly;

        @Parameters(index = "0", paramLabel = "CONTROLLER", description = "Name of the controller and of its socket.")
        private String name;

        @Parameters(index = "1", paramLabel = "BDEV", description = "The bdev to export.")
        private String bdev;

        @Parameters(index = "2..*", paramLabel = "OPTION=VALUE", description = "Further options.")
        private List<String> options = new ArrayList<>();

        CreateBlk(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            Map<String, String> all = new LinkedHashMap<>(OptionArguments.parse(options));
            if (cpumask != null) {
                all.put("cpumask", cpumask);
            }
            if (readonly) {
                all.put("readonly", "true");
            }
            services().admin().createController(BLK, name, bdev, all);
            out().println(services().controller(name).status().socket());
        }

        @Override
        List<String> candidates(List<String> given) {
            if (given.isEmpty()) {
                return List.of();
            }
            if (given.size() == 1) {
                return services().bdevNames();
            }
            try {
                return OptionArguments.candidates(services().admin().controllerOptions(), given);
            } catch (ShellException | TargetException e) {
                return List.of();
            }
        }
    }

    @Command(description = "Delete a controller and its socket.")
    static final class Delete extends ShellCommand {
        @Option(
                names = {"-f", "--force"},
                description = "Also when front-ends are connected: their guests lose the disk.")
        private boolean force;

        @Parameters(paramLabel = "CONTROLLER", description = "The controller.")
        private String name;

        Delete(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            Controller controller = services().controllers().get(name);
            try (WaitReport report = WaitReport.begin(controller == null ? List.of() : List.of(controller), out())) {
                services().admin().deleteController(name, force);
            }
        }

        @Override
        List<String> candidates(List<String> given) {
            return given.isEmpty() ? services().controllerNames() : List.of();
        }
    }

    @Command(description = "List all controllers.")
    static final class ListAll extends ShellCommand {
        ListAll(TargetServices services) {
            super(services);
        }

        @Override
        void run() {
            Table table = new Table("CONTROLLER", "TYPE", "BDEV", "STATE", "QUEUES", "SESSIONS", "SOCKET");
            List<String> reasons = new ArrayList<>();
            services().controllers().values().forEach(controller -> {
                ControllerStatus status = controller.status();
                table.row(
                        status.name(),
                        status.type(),
                        status.bdev(),
                        state(status),
                        status.queues(),
                        status.sessions().size(),
                        status.socket());
                if (!status.reason().isEmpty()) {
                    reasons.add(status.name() + ": " + status.reason());
                }
            });
            table.print(out());
            reasons.forEach(out()::println);
        }
    }

    @Command(description = "Show all details of a controller, its sessions and queues.")
    static final class Show extends ShellCommand {
        @Parameters(paramLabel = "CONTROLLER", description = "The controller.")
        private String name;

        Show(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            ControllerStatus status = services().controller(name).status();
            Details details = new Details()
                    .add("controller", status.name())
                    .add("type", status.type())
                    .add("bdev", status.bdev())
                    .add("socket", status.socket())
                    .add("state", state(status))
                    .add("reason", status.reason().isEmpty() ? "-" : status.reason())
                    .add("queues", status.queues())
                    .add("queue_size", status.queueSize())
                    .add("cores", status.cores().isEmpty() ? "all" : status.cores());
            new TreeMap<>(status.options()).forEach((key, value) -> details.add("option " + key, value));
            details.print(out());
            for (SessionStatus session : status.sessions()) {
                print(session);
            }
        }

        private static String peer(SessionStatus session) {
            String name = session.peerName().isEmpty() ? "" : " (" + session.peerName() + ")";
            return "pid " + session.peerPid() + name + ", uid " + session.peerUid() + ", gid " + session.peerGid();
        }

        private void print(SessionStatus session) {
            out().println();
            new Details()
                    .add("session", session.id())
                    .add("peer", peer(session))
                    .add("features", "0x" + Long.toHexString(session.features()))
                    .add("protocol_features", "0x" + Long.toHexString(session.protocolFeatures()))
                    .add("memory", session.memory() / (1 << 20) + " MiB in " + session.regions() + " regions")
                    .print(out());
            Table table = new Table("QUEUE", "SIZE", "CORE", "ENABLED", "RUNNING", "IN-FLIGHT", "FAULT");
            for (QueueStatus queue : session.queues()) {
                table.row(
                        queue.index(),
                        queue.size(),
                        queue.core() < 0 ? "-" : queue.core(),
                        queue.enabled() ? "yes" : "no",
                        queue.running() ? "yes" : "no",
                        queue.inFlight(),
                        queue.fault().isEmpty() ? "-" : queue.fault());
            }
            table.print(out());
        }

        @Override
        List<String> candidates(List<String> given) {
            return given.isEmpty() ? services().controllerNames() : List.of();
        }
    }

    @Command(
            description = "Bound the interrupts of a controller's busy queues, also while guests use it.",
            footer = {
                "",
                "Examples:",
                "  vhost:set-coalescing vhostblk0 32 60000",
                "  vhost:set-coalescing vhostblk0 0 60000",
                "",
                "A queue that does more requests per second than IOPS_THRESHOLD has its interrupts at least DELAY_BASE_US *"
                        + " (rate - threshold) / threshold microseconds apart; the rate is looked at every 10 ms, and no"
                        + " interrupt is held back for longer than that. A DELAY_BASE_US of 0 switches it off."
            })
    static final class SetCoalescing extends ShellCommand {
        @Parameters(index = "0", paramLabel = "CONTROLLER", description = "The controller.")
        private String name;

        @Parameters(index = "1", paramLabel = "DELAY_BASE_US", description = "Microseconds, 0 to 1000000.")
        private String delayBase;

        @Parameters(index = "2", paramLabel = "IOPS_THRESHOLD", description = "Requests per second, at least 100.")
        private String iopsThreshold;

        SetCoalescing(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            services()
                    .admin()
                    .configureController(name, Map.of("delay_base_us", delayBase, "iops_threshold", iopsThreshold));
        }

        @Override
        List<String> candidates(List<String> given) {
            return given.isEmpty() ? services().controllerNames() : List.of();
        }
    }

    @Command(description = "List the types of controllers and their options.")
    static final class Types extends ShellCommand {
        Types(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            out().println(String.join(" ", services().admin().controllerTypes()));
            OptionArguments.table(services().admin().controllerOptions()).print(out());
        }
    }

    @Command(description = "Print a QEMU command line that boots a guest with a controller's disk.")
    static final class Qemu extends ShellCommand {
        @Parameters(paramLabel = "CONTROLLER", description = "The controller.")
        private String name;

        Qemu(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            ControllerStatus status = services().controller(name).status();
            out().println("# guest memory must be shared; add your own -kernel, -drive or -cdrom to boot from");
            out().println("qemu-system-x86_64 -machine q35,accel=kvm:tcg -smp 2 -m 1G"
                    + " -object memory-backend-memfd,id=mem,size=1G,share=on -numa node,memdev=mem"
                    + " -chardev socket,id=" + name + ",path=" + status.socket()
                    + " -device vhost-user-blk-pci,chardev=" + name + ",num-queues="
                    + Math.max(1, Math.min(2, status.queues())));
        }

        @Override
        List<String> candidates(List<String> given) {
            return given.isEmpty() ? services().controllerNames() : List.of();
        }
    }

    private static String state(ControllerStatus status) {
        return status.state().name().toLowerCase(Locale.ROOT);
    }
}
