// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import io.hotbay.deploy.BundleStatus;
import io.hotbay.deploy.Deployment;
import io.hotbay.deploy.InstalledBundle;
import io.hotbay.deploy.Swap;
import io.hotbay.deploy.SwapPlan;
import io.hotbay.deploy.UpdateOption;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands that replace and add bundles. */
final class DeployCommands {
    private DeployCommands() {}

    @Command(
            description = "List the bundles: what depends on each, and how many rings would pause on its update.",
            footer = {"", "RINGS are queues of connected front-ends that are being served now."})
    static final class ListAll extends ShellCommand {
        @Option(
                names = {"-v", "--verbose"},
                description = "Name the dependents rather than count them.")
        private boolean verbose;

        @Option(names = "--json", description = "Print JSON.")
        private boolean json;

        ListAll(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            List<BundleStatus> bundles = services().deployment().bundles();
            if (json) {
                out().println(DeployText.bundles(bundles));
                return;
            }
            Table table = new Table("ID", "BUNDLE", "VERSION", "STATE", "RINGS", "DEPENDENTS");
            for (BundleStatus bundle : bundles) {
                table.row(
                        bundle.id(),
                        bundle.name(),
                        bundle.version(),
                        bundle.state(),
                        bundle.rings(),
                        verbose
                                ? String.join(" ", bundle.dependents())
                                : (Object) bundle.dependents().size());
            }
            table.print(out());
        }
    }

    @Command(
            description = "Tell what the update of a bundle would touch; nothing is changed.",
            footer = {
                "",
                "REWIRED bundles use its packages: they are stopped, wired to the new one and started with it.",
                "Controllers that would pause keep their front-ends; requests wait meanwhile."
            })
    static final class Plan extends ShellCommand {
        @Option(names = "--json", description = "Print JSON.")
        private boolean json;

        @Parameters(paramLabel = "BUNDLE", description = "Symbolic name, with or without io.hotbay., or number.")
        private String bundle;

        Plan(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            SwapPlan plan = services().deployment().plan(bundle);
            if (json) {
                out().println(DeployText.plan(plan));
                return;
            }
            new Details()
                    .add("bundle", plan.bundle())
                    .add("version", plan.version())
                    .add("rewired", plan.rewired().isEmpty() ? "-" : String.join(" ", plan.rewired()))
                    .add("rings", plan.rings())
                    .print(out());
            if (!plan.controllers().isEmpty()) {
                out().println();
                Table table = new Table("CONTROLLER", "RINGS", "BECAUSE OF");
                for (SwapPlan.Touched touched : plan.controllers()) {
                    table.row(touched.controller(), touched.rings(), String.join(", ", touched.causes()));
                }
                table.print(out());
            }
        }

        @Override
        List<String> candidates(List<String> given) {
            return given.isEmpty() ? names(services()) : List.of();
        }
    }

    @Command(
            description = "Update a bundle while front-ends do I/O; their requests wait meanwhile.",
            footer = {
                "",
                "Examples:",
                "  deploy:update bdev-malloc /tmp/io.hotbay.bdev-malloc.jar --safe",
                "  deploy:update io.hotbay.api https://example.org/io.hotbay.api-1.0.1.jar",
                "",
                "The file must be the same bundle, not older, and find all it needs; otherwise nothing is changed.",
                "The update is in effect until the target ends; put the file into deploy/ to have it afterwards too.",
                "If the shell or deployment itself is replaced or rewired, the command returns before the end: see"
                        + " deploy:history."
            })
    static final class Update extends ShellCommand {
        @Option(
                names = {"-s", "--safe"},
                description = "Put the former content back if the new one does not start, or if a component or"
                        + " controller that worked before does not work again.")
        private boolean safe;

        @Option(names = "--downgrade", description = "Take an older version as well.")
        private boolean downgrade;

        @Parameters(
                index = "0",
                paramLabel = "BUNDLE",
                description = "Symbolic name, with or without io.hotbay., or number.")
        private String bundle;

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "FILE-OR-URL",
                description = "The new content. Default: where the bundle was installed from.")
        private String source;

        Update(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            Set<UpdateOption> options = EnumSet.noneOf(UpdateOption.class);
            if (safe) {
                options.add(UpdateOption.SAFE);
            }
            if (downgrade) {
                options.add(UpdateOption.DOWNGRADE);
            }
            out().println(DeployText.sentence(
                    services().deployment().update(bundle, source == null ? null : place(source), options)));
        }

        @Override
        List<String> candidates(List<String> given) {
            return given.isEmpty() ? names(services()) : List.of();
        }
    }

    @Command(
            description = "Install and start a bundle that is not there yet.",
            footer = {
                "",
                "Example:",
                "  deploy:install /tmp/com.example.bdev-pattern.jar",
                "",
                "It is there until the target ends; put the file into deploy/ to have it afterwards too."
            })
    static final class Install extends ShellCommand {
        @Parameters(paramLabel = "FILE-OR-URL", description = "The bundle.")
        private String source;

        Install(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            InstalledBundle bundle = services().deployment().install(place(source));
            Details details = new Details()
                    .add("bundle", bundle.name())
                    .add("id", bundle.id())
                    .add("version", bundle.version());
            if (!bundle.bdevTypes().isEmpty()) {
                details.add("bdev types", String.join(" ", bundle.bdevTypes()));
            }
            if (!bundle.deviceTypes().isEmpty()) {
                details.add("device types", String.join(" ", bundle.deviceTypes()));
            }
            details.print(out());
        }
    }

    @Command(
            description = "List past swaps: how long they took and what they cost the front-ends.",
            footer = {
                "",
                "RINGS paused, REQUESTS waited, for at most LONGEST PAUSE. At most the last " + Deployment.HISTORY
                        + " are kept, over restarts too.",
                "What felix: commands swap is listed as well, and under the name " + Swap.PROCESS
                        + " an upgrade or a restart that kept its front-ends."
            })
    static final class History extends ShellCommand {
        @Option(
                names = {"-n", "--number"},
                paramLabel = "N",
                description = "Only the last N.")
        private int number = Deployment.HISTORY;

        @Option(names = "--json", description = "Print JSON.")
        private boolean json;

        History(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            if (number < 1) {
                throw new ShellException("deploy:history: --number must be at least 1, not " + number);
            }
            List<Swap> all = services().deployment().history();
            List<Swap> swaps = all.subList(Math.max(0, all.size() - number), all.size());
            if (json) {
                out().println(DeployText.swaps(swaps));
            } else {
                DeployText.print(swaps, out());
            }
        }
    }

    private static List<String> names(TargetServices services) {
        try {
            return services.deployment().bundles().stream()
                    .map(BundleStatus::name)
                    .toList();
        } catch (ShellException e) {
            return List.of();
        }
    }
}
