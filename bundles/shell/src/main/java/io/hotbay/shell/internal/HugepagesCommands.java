// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import io.hotbay.bdev.ByteSize;
import io.hotbay.memory.HugepagePool;
import io.hotbay.memory.HugepageRequest;
import io.hotbay.memory.LeftoverFile;
import io.hotbay.memory.MemoryLease;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Commands on hugepages, after scripts/setup.sh. */
final class HugepagesCommands {
    private HugepagesCommands() {}

    @Command(
            description = "Reserve hugepages and mount hugetlbfs when it is not mounted.",
            footer = {
                "",
                "Examples:",
                "  hugepages:setup --size 4GiB                what HUGEMEM=4096 scripts/setup.sh does",
                "  hugepages:setup --node 0=2GiB --node 1=2GiB",
                "  hugepages:setup --size 2GiB --page-size 1GiB",
                "",
                "Pages that are there already are kept; PCI devices are never touched."
            })
    static final class Setup extends ShellCommand {
        @Option(
                names = {"-s", "--size"},
                paramLabel = "SIZE",
                description = "Total to have at least, for example 4GiB.")
        private String size;

        @Option(
                names = {"-n", "--node"},
                paramLabel = "NODE=SIZE",
                description = "Have that much on this NUMA node; may be repeated.")
        private Map<Integer, String> nodes = new HashMap<>();

        @Option(
                names = {"-p", "--page-size"},
                paramLabel = "SIZE",
                description = "Page size, for example 2MiB or 1GiB; default: the kernel's.")
        private String pageSize;

        @Option(names = "--shrink", description = "Give pages back when there are more than asked for.")
        private boolean shrink;

        Setup(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            if ((size == null) == nodes.isEmpty()) {
                throw new ShellException("hugepages:setup needs either --size or --node, for example --size 4GiB");
            }
            Map<Integer, Long> perNode = new HashMap<>();
            nodes.forEach((node, text) -> perNode.put(node, ByteSize.parse(text)));
            print(
                    out(),
                    services()
                            .hugepages()
                            .setUp(new HugepageRequest(
                                    size == null ? 0 : ByteSize.parse(size),
                                    perNode,
                                    pageSize == null ? 0 : ByteSize.parse(pageSize),
                                    shrink)));
        }
    }

    @Command(
            description = "Show the hugepages of each NUMA node and page size, and who uses them.",
            footer = {"", "TOTAL to LEASED are numbers of pages."})
    static final class Status extends ShellCommand {
        Status(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            print(out(), services().hugepages().pools());
            List<MemoryLease> leases = services().hugepages().leases();
            if (leases.isEmpty()) {
                return;
            }
            out().println();
            Table table = new Table("LEASE", "SIZE", "PAGE", "NODE");
            for (MemoryLease lease : leases) {
                table.row(
                        lease.name(),
                        ByteSize.format(lease.size()),
                        ByteSize.format(lease.pageSize()),
                        lease.node() < 0 ? "any" : lease.node());
            }
            table.print(out());
        }
    }

    @Command(description = "Give all hugepages that nobody uses back to the kernel.")
    static final class Reset extends ShellCommand {
        Reset(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            print(out(), services().hugepages().reset());
        }
    }

    @Command(
            description =
                    "Free the memory that nobody uses: files of dead targets, and files that could not be taken up.")
    static final class Clean extends ShellCommand {
        Clean(TargetServices services) {
            super(services);
        }

        @Override
        void run() throws Exception {
            List<LeftoverFile> removed = services().hugepages().clean();
            removed.forEach(file -> out().println(
                            "removed " + file.path() + " (" + ByteSize.format(file.size()) + "): " + file.reason()));
            if (removed.isEmpty()) {
                out().println("nothing to remove");
            }
        }
    }

    private static void print(PrintWriter out, List<HugepagePool> pools) {
        Table table = new Table("NODE", "PAGE", "MEMORY", "TOTAL", "FREE", "RESERVED", "LEASED");
        for (HugepagePool pool : pools) {
            table.row(
                    pool.node(),
                    ByteSize.format(pool.pageSize()),
                    ByteSize.format(pool.total() * pool.pageSize()),
                    pool.total(),
                    pool.free(),
                    pool.reserved() < 0 ? Table.NOTHING : pool.reserved(),
                    pool.leased());
        }
        table.print(out);
    }
}
