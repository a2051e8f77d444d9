// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import io.hotbay.bdev.ByteSize;
import io.hotbay.hugepages.internal.HugetlbfsMounts.Mount;
import io.hotbay.hugepages.internal.KernelPages.Pool;
import io.hotbay.linux.LinuxException;
import io.hotbay.linux.Mapping;
import io.hotbay.linux.Users;
import io.hotbay.memory.LeftoverFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import org.osgi.service.log.Logger;

/**
 * The places leases lie in: a folder of this target in hugetlbfs, and one in shared memory, which has all headers. Not safe for use by several threads
 * at a time.
 */
final class LeaseStore {
    /** What a lease of ordinary memory is rounded up to. */
    static final long ORDINARY_PAGE = 4096;

    private final Host host;
    private final KernelPages kernel;
    private final HugetlbfsMounts mounts;
    private final String instance;
    private final LeftFolders left;
    private final Logger logger;
    private final Map<Path, InstanceFolder> folders = new TreeMap<>();
    private final InheritedMappings inherited = new InheritedMappings();
    private final List<RejectedFile> rejected = new ArrayList<>();

    LeaseStore(
            Host host, KernelPages kernel, HugetlbfsMounts mounts, String instance, LeftFolders left, Logger logger) {
        this.host = host;
        this.kernel = kernel;
        this.mounts = mounts;
        this.instance = instance;
        this.left = left;
        this.logger = logger;
    }

    private Path path(Path root, HugepageSettings settings) {
        return root.resolve(settings.directory(Users.effectiveUid())).resolve(instance);
    }

    private InstanceFolder folder(Path root, HugepageSettings settings) throws IOException {
        return folder(path(root, settings));
    }

    private InstanceFolder folder(Path path) throws IOException {
        InstanceFolder folder = folders.get(path);
        if (folder == null) {
            folder = InstanceFolder.open(path, left);
            folders.put(path, folder);
            inherited.takeOver(path, folder.mappings());
        }
        return folder;
    }

    /** File systems that leases may lie in. */
    List<Path> roots() throws IOException {
        List<Path> roots = new ArrayList<>(
                mounts.all().stream().map(Mount::path).distinct().toList());
        roots.add(host.sharedMemory());
        return roots;
    }

    /** Folders of this process. */
    Set<Path> folders() {
        return Set.copyOf(folders.keySet());
    }

    /** The headers of leases in a folder; what the folder is called may have been configured otherwise before. */
    private LeaseHeaders headers(Path folder) throws IOException {
        return new LeaseHeaders(folder(
                host.sharedMemory().resolve(folder.getParent().getFileName()).resolve(instance)));
    }

    private LeaseFiles files(Lease lease) throws IOException {
        return new LeaseFiles(headers(lease.file().getParent()));
    }

    /** Takes up the leases that an earlier life of this target left; what cannot be taken up is logged and stays. */
    List<Lease> adopt(HugepageSettings settings) throws IOException {
        Map<Path, Long> pageSizes = new LinkedHashMap<>();
        for (Mount mount : mounts.all()) {
            pageSizes.putIfAbsent(mount.path(), mount.pageSize());
        }
        pageSizes.put(host.sharedMemory(), ORDINARY_PAGE);
        List<Path> present = new ArrayList<>();
        for (Path root : pageSizes.keySet()) {
            if (Files.isDirectory(path(root, settings))) {
                present.add(root);
            }
        }
        if (present.isEmpty()) {
            return List.of();
        }
        try {
            Adoption adoption = new Adoption(headers(path(host.sharedMemory(), settings)), inherited);
            for (Path root : present) {
                takeUp(adoption, root, pageSizes.get(root), settings);
            }
            adoption.takeUpHeaders(List.copyOf(pageSizes.keySet()));
            rejected.addAll(adoption.rejected());
            for (RejectedFile each : rejected) {
                logger.warn("{}", each.text());
            }
            return adoption.leases();
        } catch (IOException e) {
            logger.error("leases of an earlier start cannot be taken up: {}", e.getMessage());
            return List.of();
        }
    }

    private void takeUp(Adoption adoption, Path root, long pageSize, HugepageSettings settings) {
        try {
            adoption.takeUp(folder(root, settings), pageSize);
        } catch (IOException e) {
            logger.error("leases in {} cannot be taken up: {}", path(root, settings), e.getMessage());
        }
    }

    /** A file that may hold somebody's contents is not passed over by leasing in another place under its name. */
    private void refuseRejected(String name) throws IOException {
        rejected.removeIf(each -> !Files.exists(each.file(), LinkOption.NOFOLLOW_LINKS));
        for (RejectedFile each : rejected) {
            if (each.lease().equals(name)) {
                throw new IOException("lease \"" + name + "\": " + each.text());
            }
        }
    }

    /** Removes the files that could not be taken up. */
    List<LeftoverFile> removeRejected() throws IOException {
        List<LeftoverFile> removed = new ArrayList<>();
        for (RejectedFile each : List.copyOf(rejected)) {
            long size = Files.exists(each.file(), LinkOption.NOFOLLOW_LINKS) ? Files.size(each.file()) : 0;
            Files.deleteIfExists(each.file());
            rejected.remove(each);
            headers(each.file().getParent()).removeOf(each.file(), each.lease());
            removed.add(new LeftoverFile(each.file().toString(), size, "could not be taken up: " + each.reason()));
        }
        return removed;
    }

    /** Leases hugepages; a shortage is an error that has the figures and the remedy. */
    Lease huge(String name, long size, int node, HugepageSettings settings) throws IOException {
        refuseRejected(name);
        long pageSize = kernel.pageSize(settings.pageSize());
        int known = knownNode(name, node);
        Pool machine = kernel.machine(pageSize);
        if (machine.total() == 0 && machine.overcommit() == 0) {
            throw shortage(name, size, known, pageSize, null);
        }
        InstanceFolder folder = folder(mounts.ensure(pageSize, settings.mountPoint()), settings);
        try {
            return new LeaseFiles(headers(folder.path())).create(folder, name, size, pageSize, known);
        } catch (LinuxException e) {
            throw LeaseFiles.isShortage(e) ? shortage(name, size, known, pageSize, e) : failure(name, e);
        }
    }

    /** @param size bytes that are wanted besides what is taken already */
    private IOException shortage(String name, long size, int node, long pageSize, IOException cause)
            throws IOException {
        Pool pool = node < 0 ? kernel.machine(pageSize) : kernel.node(node, pageSize);
        long needed = (size - 1) / pageSize + 1;
        long free = Math.max(0, pool.free() - Math.max(0, pool.reserved()));
        long total = pool.total() + needed - free;
        String amount = (total * pageSize >> 20) + "MiB";
        String command = "hugepages:setup " + (node < 0 ? "--size " + amount : "--node " + node + "=" + amount)
                + (pageSize == kernel.pageSize(0) ? "" : " --page-size " + (pageSize >> 20) + "MiB")
                + "  or  echo " + total + " | sudo tee " + pool.totalFile();
        return new IOException(
                "lease \"" + name + "\" needs " + needed + " hugepages of " + ByteSize.format(pageSize)
                        + (node < 0 ? "" : " on node " + node) + ", " + free + " are free: run  " + command,
                cause);
    }

    /** Leases ordinary memory. */
    Lease ordinary(String name, long size, int node, HugepageSettings settings) throws IOException {
        refuseRejected(name);
        int known = knownNode(name, node);
        refuseMoreThanAvailable(name, size);
        InstanceFolder folder = folder(host.sharedMemory(), settings);
        try {
            return new LeaseFiles(headers(folder.path())).create(folder, name, size, ORDINARY_PAGE, known);
        } catch (LinuxException e) {
            throw LeaseFiles.isShortage(e) ? sharedMemoryShortage(name, size, e) : failure(name, e);
        }
    }

    /** A tmpfs may be larger than the memory there is: then the kernel would kill processes and not say no. */
    private void refuseMoreThanAvailable(String name, long size) throws IOException {
        long available = kernel.availableMemory();
        if (size > available) {
            throw new IOException("lease \"" + name + "\" needs " + ByteSize.format(size) + ", only "
                    + ByteSize.format(available) + " of memory are available: ask for less");
        }
    }

    private IOException sharedMemoryShortage(String name, long size, IOException cause) throws IOException {
        long usable = Files.getFileStore(host.sharedMemory()).getUsableSpace();
        return new IOException(
                "lease \"" + name + "\" needs " + ByteSize.format(size) + ", " + host.sharedMemory() + " has "
                        + ByteSize.format(usable) + " left: ask for less, or run  sudo mount -o remount,size=<larger> "
                        + host.sharedMemory(),
                cause);
    }

    /** Gives a lease another size, in memory of the kind it has. */
    Lease resize(Lease lease, long size) throws IOException {
        boolean ordinary = lease.file().startsWith(host.sharedMemory());
        long more = LeaseHeader.roundedUp(size, lease.pageSize()) - lease.length();
        if (ordinary && more > 0) {
            refuseMoreThanAvailable(lease.name(), more);
        }
        try {
            return files(lease).resize(lease, size);
        } catch (LinuxException e) {
            if (!LeaseFiles.isShortage(e)) {
                throw failure(lease.name(), e);
            }
            throw ordinary
                    ? sharedMemoryShortage(lease.name(), more, e)
                    : shortage(lease.name(), more, lease.node(), lease.pageSize(), e);
        }
    }

    Lease trim(Lease lease) throws IOException {
        inherited.close(lease.name());
        boolean needsNone =
                lease.former().isEmpty() && lease.length() == lease.header().needed();
        return needsNone ? lease : files(lease).trim(lease);
    }

    void release(Lease lease) throws IOException {
        inherited.close(lease.name());
        files(lease).release(lease);
    }

    private static IOException failure(String name, LinuxException cause) {
        return new IOException("lease \"" + name + "\": " + cause.getMessage(), cause);
    }

    /** On a kernel without NUMA node 0 is all there is, and nothing need be bound. */
    private int knownNode(String name, int node) throws IOException {
        SortedSet<Integer> nodes = kernel.nodeNumbers();
        if (node < 0 || nodes.contains(node)) {
            return node;
        }
        if (nodes.isEmpty() && node == 0) {
            return -1;
        }
        throw new IOException("lease \"" + name + "\": there is no NUMA node " + node + ", choose among "
                + (nodes.isEmpty() ? "0" : KernelPages.list(nodes)) + " or -1 for any");
    }

    /** Nobody uses windows of a lease that is not there any more. */
    void forget(String name) {
        inherited.close(name);
    }

    /** The component ends, its target goes on: nothing is unmapped, the next life of the component takes it up where it is. */
    void handOver(Iterable<Lease> leases) {
        for (InstanceFolder folder : folders.values()) {
            List<LeftMapping> mapped = new ArrayList<>(inherited.release(folder.path()));
            for (Lease lease : leases) {
                if (lease.file().getParent().equals(folder.path())) {
                    for (Mapping each : lease.mappings()) {
                        mapped.add(InheritedMappings.left(
                                lease.file(), lease.header().inode(), each));
                    }
                }
            }
            folder.handOver(left, mapped);
        }
    }

    /**
     * The target ends: removes the files of all leases. They stay mapped, because a ring may still be polled; the memory goes with
     * the process.
     */
    void remove(Iterable<Lease> leases) {
        for (Lease lease : leases) {
            removing(lease.file(), () -> files(lease).remove(lease));
        }
        folders.values().forEach(folder -> removing(folder.path(), folder::remove));
    }

    @FunctionalInterface
    private interface Removal {
        void run() throws IOException;
    }

    private void removing(Path path, Removal removal) {
        try {
            removal.run();
        } catch (IOException e) {
            logger.warn("{} stays behind: {}; remove it with hugepages:clean", path, e.getMessage());
        }
    }
}
