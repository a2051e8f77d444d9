// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockType;
import io.hotbay.bdev.ByteSize;
import io.hotbay.bdev.QosLimits;
import io.hotbay.target.Controller;
import io.hotbay.target.OptionDescription;
import io.hotbay.target.TargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands on block devices. */
final class BdevCommands {
    private BdevCommands() {}

    @Command(
            description = "Create a block device.",
            footer = {
                "",
                "Examples:",
                "  bdev:create malloc Malloc0 size=64MiB block_size=4096",
                "  bdev:create null Null0 size=1TiB",
                "",
                "bdev:types lists the types and their options."
            })
    static final class Create extends ShellCommand {
        @Parameters(index = "0", paramLabel = "TYPE", description = "Type, such as malloc or null.")
        private String type;

        @Parameters(index = "1", paramLabel = "NAME", description = "Name, unique among all bdevs.")
        private String name;

        @Parameters(index = "2..*", paramLabel = "OPTION=VALUE", description = "Options of the type.")
        private List<String> options = new ArrayList<>();

        Create(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            services().admin().createBdev(type, name, OptionArguments.parse(options));
            out().println(name);
        }

        @Override
        List<String> candidates(List<String> given) {
            try {
                return switch (given.size()) {
                    case 0 -> List.copyOf(services().admin().bdevTypes());
                    case 1 -> List.of();
                    default -> OptionArguments.candidates(services().admin().bdevOptions(given.get(0)), given);
                };
            } catch (ShellException | TargetException e) {
                // Completion has nothing to offer for what does not exist.
                return List.of();
            }
        }
    }

    @Command(
            description = "Delete a block device that no controller uses.",
            footer = {
                "",
                "With --force guests get I/O errors and read a capacity of 0, and stay connected, until a bdev of that name is"
                        + " created. A controller that no guest is connected to has no socket until then.",
                "",
                "Requests under way are waited for. Those that a stalled disk does not answer are given up after 10 s: the queues"
                        + " they came from are broken then, and their memory stays mapped. What is waited for is shown"
                        + " meanwhile."
            })
    static final class Delete extends ShellCommand {
        @Option(
                names = {"-f", "--force"},
                description = "Also when controllers use it.")
        private boolean force;

        @Parameters(paramLabel = "NAME", description = "The bdev.")
        private String name;

        Delete(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            List<Controller> users = services().controllers().values().stream()
                    .filter(each -> each.status().bdev().equals(name))
                    .toList();
            try (WaitReport report = WaitReport.begin(users, out())) {
                services().admin().deleteBdev(name, force);
            }
        }

        @Override
        List<String> candidates(List<String> given) {
            return given.isEmpty() ? services().bdevNames() : List.of();
        }
    }

    @Command(
            description = "Give a block device another size, also while guests use it.",
            footer = {
                "",
                "Examples:",
                "  bdev:resize Malloc0 128MiB",
                "  bdev:resize Malloc0 64MiB --force",
                "",
                "What is added reads as zeros. Guests are told; in a Linux guest the disk has its new size at once, and file systems"
                        + " are to be grown, or shrunk before, with their own tools. A size below the end of the contents"
                        + " is refused without --force."
            })
    static final class Resize extends ShellCommand {
        @Option(
                names = {"-f", "--force"},
                description = "Also when contents beyond the new end are lost.")
        private boolean force;

        @Parameters(index = "0", paramLabel = "NAME", description = "The bdev.")
        private String name;

        @Parameters(index = "1", paramLabel = "SIZE", description = "New size: bytes, or with a unit such as 128MiB.")
        private String size;

        Resize(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            services().admin().resizeBdev(name, size, force);
            BlockDevice bdev = services().bdev(name);
            out().println(name + " has " + ByteSize.format(bdev.blocks() * bdev.blockSize()));
        }

        @Override
        List<String> candidates(List<String> given) {
            return given.isEmpty() ? services().bdevNames() : List.of();
        }
    }

    @Command(
            description = "Limit what a block device does in a second, also while guests use it.",
            footer = {
                "",
                "Examples:",
                "  bdev:set-qos Malloc0 rw_ios_per_sec=20000 w_mbytes_per_sec=100",
                "  bdev:set-qos Malloc0 rw_ios_per_sec=0",
                "",
                "Limits: rw_ios_per_sec, r_ios_per_sec, w_ios_per_sec (up to 1000000000), rw_mbytes_per_sec, r_mbytes_per_sec,"
                        + " w_mbytes_per_sec (MiB, up to 1000000); r is for reads, w for writes. 0 takes a limit away, those"
                        + " that are not given stay. They hold for all queues and controllers of the bdev together, and for"
                        + " reads and writes only."
            })
    static final class SetQos extends ShellCommand {
        @Parameters(index = "0", paramLabel = "NAME", description = "The bdev.")
        private String name;

        @Parameters(index = "1..*", arity = "1..*", paramLabel = "LIMIT=VALUE", description = "The limits.")
        private List<String> limits = new ArrayList<>();

        SetQos(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            Map<String, String> given = OptionArguments.parse(limits);
            for (String key : given.keySet()) {
                if (!QosLimits.KEYS.contains(key)) {
                    throw new ShellException(key + " is no limit: use " + String.join(", ", QosLimits.KEYS));
                }
            }
            services().admin().configureBdev(name, given);
        }

        @Override
        List<String> candidates(List<String> given) {
            return given.isEmpty()
                    ? services().bdevNames()
                    : QosLimits.KEYS.stream().map(key -> key + "=").toList();
        }
    }

    @Command(description = "List all block devices.")
    static final class ListAll extends ShellCommand {
        ListAll(TargetServices services) {
            super(services);
        }

        @Override
        void run() {
            Table table = new Table("NAME", "TYPE", "SIZE", "BLOCK", "BLOCKS", "ACCESS", "CONTROLLERS");
            for (BlockDevice bdev : services().bdevs().values()) {
                table.row(
                        bdev.name(),
                        services().typeOf(bdev),
                        ByteSize.format(bdev.blocks() * bdev.blockSize()),
                        bdev.blockSize(),
                        bdev.blocks(),
                        bdev.readOnly() ? "read-only" : "read-write",
                        usersOf(services(), bdev.name()));
            }
            table.print(out());
        }
    }

    @Command(description = "Show all details of a block device.")
    static final class Show extends ShellCommand {
        @Parameters(paramLabel = "NAME", description = "The bdev.")
        private String name;

        Show(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            BlockDevice bdev = services().bdev(name);
            new Details()
                    .add("name", bdev.name())
                    .add("type", services().typeOf(bdev))
                    .add("product", bdev.product())
                    .add("uuid", bdev.uuid())
                    .add(
                            "size",
                            ByteSize.format(bdev.blocks() * bdev.blockSize()) + " (" + bdev.blocks() * bdev.blockSize()
                                    + " bytes)")
                    .add("block_size", bdev.blockSize())
                    .add("physical_block_size", bdev.physicalBlockSize())
                    .add("blocks", bdev.blocks())
                    .add("optimal_io_size", bdev.optimalIoSize() == 0 ? "-" : bdev.optimalIoSize())
                    .add("readonly", bdev.readOnly())
                    .add("write_cache", bdev.writeCache())
                    .add(
                            "io_types",
                            IntStream.range(0, BlockType.COUNT)
                                    .filter(bdev::supports)
                                    .mapToObj(BlockType::name)
                                    .collect(Collectors.joining(" ")))
                    .add("qos", services().limitsOf(bdev))
                    .add("controllers", usersOf(services(), name))
                    .print(out());
        }

        @Override
        List<String> candidates(List<String> given) {
            return given.isEmpty() ? services().bdevNames() : List.of();
        }
    }

    @Command(description = "List the types of block devices that can be created, and their options.")
    static final class Types extends ShellCommand {
        @Parameters(arity = "0..1", paramLabel = "TYPE", description = "Show the options of this type only.")
        private String type;

        Types(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            boolean first = true;
            for (String each : type == null ? services().admin().bdevTypes() : List.of(type)) {
                List<OptionDescription> options = services().admin().bdevOptions(each);
                out().print(first ? "" : System.lineSeparator());
                out().println(each);
                OptionArguments.table(options).print(out());
                first = false;
            }
        }

        @Override
        List<String> candidates(List<String> given) {
            try {
                return given.isEmpty() ? List.copyOf(services().admin().bdevTypes()) : List.of();
            } catch (ShellException e) {
                return List.of();
            }
        }
    }

    private static String usersOf(TargetServices services, String bdev) {
        return services.controllers().entrySet().stream()
                .filter(entry -> entry.getValue().status().bdev().equals(bdev))
                .map(Map.Entry::getKey)
                .collect(Collectors.collectingAndThen(Collectors.joining(","), names -> names.isEmpty() ? "-" : names));
    }
}
