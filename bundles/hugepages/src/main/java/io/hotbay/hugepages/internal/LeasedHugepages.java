// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import io.hotbay.bdev.ByteSize;
import io.hotbay.hugepages.internal.Lease.Origin;
import io.hotbay.keeper.Keeper;
import io.hotbay.memory.HugepageAllocator;
import io.hotbay.memory.HugepagePool;
import io.hotbay.memory.HugepageRequest;
import io.hotbay.memory.LeftoverFile;
import io.hotbay.memory.MemoryLease;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Leases memory as named files, so that a lease can outlive this component and even the process.
 *
 * <p>A lease is unmapped in {@link #release}, and after a resize in {@link #trim}, and nowhere else: windows that were handed out stay valid when this component is
 * deactivated, updated or started anew. Its next life takes over the mappings that are there, which the keeper has meanwhile, and
 * answers with the same memory at the same place. Only when the whole framework stops are the files removed.
 */
@Component(
        configurationPid = "io.hotbay.hugepages",
        configurationPolicy = ConfigurationPolicy.OPTIONAL,
        immediate = true)
@Designate(ocd = HugepageConfiguration.class)
public final class LeasedHugepages implements HugepageAllocator {
    /** All that x86-64 can address; figures below it can be rounded up to pages without overflow. */
    static final long LARGEST = 1L << 57;

    /** System property: the target could not start, and why. */
    private static final String STARTUP_ERROR = "hotbay.startup.error";

    private final String launchedMemory;
    private final KernelPages kernel;
    private final PageSetup setup;
    private final PoolTable table;
    private final LeaseStore store;
    private final Logger logger;

    /** Changed under the lock, read without. */
    private final NavigableMap<String, Lease> leases = new ConcurrentSkipListMap<>();

    /** Names of the leases that were there before this component. */
    private final Set<String> found;

    /** Changed under the lock, read without. */
    private volatile HugepageSettings settings;

    private boolean warned;
    private boolean ended;

    @Activate
    public LeasedHugepages(
            BundleContext context,
            HugepageConfiguration configuration,
            @Reference Keeper keeper,
            @Reference(service = LoggerFactory.class) Logger logger)
            throws IOException {
        this(
                Host.THIS,
                InstanceName.of(context.getProperty("hotbay.run.dir")),
                context.getProperty("hotbay.memory.mib"),
                configuration,
                new KeptFolders(keeper),
                logger);
    }

    LeasedHugepages(
            Host host,
            String instance,
            String launchedMemory,
            HugepageConfiguration configuration,
            LeftFolders folders,
            Logger logger)
            throws IOException {
        this.launchedMemory = launchedMemory;
        this.logger = logger;
        settings = HugepageSettings.of(configuration, launchedMemory);
        kernel = new KernelPages(host.root(), host.writer());
        HugetlbfsMounts mounts = new HugetlbfsMounts(host.root(), kernel, host.mounter());
        setup = new PageSetup(kernel, mounts);
        table = new PoolTable(host.root(), kernel);
        store = new LeaseStore(host, kernel, mounts, instance, folders, logger);
        for (Lease lease : store.adopt(settings)) {
            leases.put(lease.name(), lease);
        }
        found = Set.copyOf(leases.keySet());
        if (!leases.isEmpty()) {
            logger.info("took up the leases that were there: {}", leases.keySet());
        }
        setUpConfigured();
    }

    @Modified
    synchronized void modified(HugepageConfiguration configuration) {
        HugepageSettings changed;
        try {
            changed = HugepageSettings.of(configuration, launchedMemory);
        } catch (IllegalArgumentException e) {
            logger.error("new configuration of hugepages is not in effect: {}", e.getMessage());
            return;
        }
        settings = changed;
        warned = false;
        setUpConfigured();
    }

    @Deactivate
    synchronized void deactivate(BundleContext context) {
        boolean forGood = context.getBundle(0).getState() == Bundle.STOPPING;
        if (forGood && System.getProperty(STARTUP_ERROR) != null) {
            endFailedStart();
        } else {
            end(forGood);
        }
    }

    /** @param forGood whether the framework stops too, so that no next life of this component will want the leases */
    synchronized void end(boolean forGood) {
        ended = true;
        if (forGood) {
            store.remove(leases.values());
        } else {
            store.handOver(leases.values());
        }
    }

    /** A start that fails leaves what it has found, such as the disks of a target that was killed, to the next one. */
    synchronized void endFailedStart() {
        ended = true;
        store.remove(leases.values().stream()
                .filter(each -> !found.contains(each.name()))
                .toList());
    }

    private void setUpConfigured() {
        if (settings.memory() == 0) {
            return;
        }
        try {
            setUp(new HugepageRequest(settings.memory(), Map.of(), settings.pageSize(), false));
        } catch (IOException e) {
            logger.warn("{} of hugepages are not set up: {}", ByteSize.format(settings.memory()), e.getMessage());
        }
    }

    @Override
    public synchronized MemoryLease lease(String name, long size, int node) throws IOException {
        LeaseName.check(name);
        check(name, size);
        Lease lease = leases.get(name);
        if (lease == null) {
            lease = take(name, size, node);
        } else if (lease.size() != size) {
            throw new IOException("lease \"" + name + "\" exists with " + ByteSize.format(lease.size()) + ", not "
                    + ByteSize.format(size) + ": resize it, choose another name, or release it first");
        } else if (lease.origin() != Origin.ASKED_FOR) {
            lease = lease.claimed();
        }
        leases.put(name, lease);
        return lease;
    }

    private void check(String name, long size) throws IOException {
        if (size < 1) {
            throw new IllegalArgumentException("lease \"" + name + "\" of " + size + " bytes: must be at least 1");
        }
        if (size > LARGEST) {
            throw new IOException("lease \"" + name + "\" of " + size + " bytes: no machine has that much memory");
        }
        if (ended) {
            throw new IOException("lease \"" + name + "\": the allocator has stopped");
        }
    }

    @Override
    public synchronized MemoryLease resize(String name, long size) throws IOException {
        check(name, size);
        Lease lease = leases.get(name);
        if (lease == null) {
            throw new IOException("lease \"" + name + "\" does not exist and cannot be resized: lease it first");
        }
        if (lease.size() == size) {
            return lease;
        }
        Lease resized = store.resize(lease, size);
        leases.put(name, resized);
        logger.info("lease {}: resized from {} to {}", name, ByteSize.format(lease.size()), ByteSize.format(size));
        return resized;
    }

    @Override
    public synchronized void trim(String name) {
        Lease lease = leases.get(name);
        if (lease == null || ended) {
            return;
        }
        try {
            leases.put(name, store.trim(lease));
        } catch (IOException e) {
            logger.warn("lease {} keeps memory that it does not need: {}", name, e.getMessage());
        }
    }

    private Lease take(String name, long size, int node) throws IOException {
        Lease lease;
        try {
            lease = store.huge(name, size, node, settings);
        } catch (IOException e) {
            if (!settings.fallback()) {
                throw e;
            }
            lease = ordinary(name, size, node, e);
        }
        logger.info("leased {}: {} pages of {}", name, lease.pages(), ByteSize.format(lease.pageSize()));
        return lease;
    }

    private Lease ordinary(String name, long size, int node, IOException reason) throws IOException {
        Lease lease;
        try {
            lease = store.ordinary(name, size, node, settings);
        } catch (IOException e) {
            e.addSuppressed(reason);
            throw e;
        }
        if (!warned) {
            warned = true;
            logger.warn("not enough hugepages, leasing ordinary memory (4 KiB pages) instead: {}", explain(reason));
        }
        return lease;
    }

    /** The exception for a missing permission has nothing but the path for a message. */
    private static String explain(IOException reason) {
        return reason instanceof AccessDeniedException
                ? "this user may not write " + reason.getMessage()
                        + ": run as root, or name a hugetlbfs mount of this user's with mount_point"
                : reason.getMessage();
    }

    @Override
    public Optional<MemoryLease> find(String name) {
        return Optional.ofNullable(leases.get(name));
    }

    @Override
    public List<MemoryLease> leases() {
        return List.copyOf(leases.values());
    }

    @Override
    public synchronized void release(String name) {
        if (ended) {
            // The next life of this component has it, and whoever still wants this will ask that.
            return;
        }
        Lease lease = leases.remove(name);
        if (lease == null) {
            store.forget(name);
            return;
        }
        try {
            store.release(lease);
        } catch (IOException e) {
            logger.warn("{} stays behind: {}; remove it by hand", lease.file(), e.getMessage());
        }
    }

    @Override
    public synchronized List<HugepagePool> setUp(HugepageRequest request) throws IOException {
        // The configured mount point is for pages of the configured size.
        boolean usual = kernel.pageSize(request.pageSize()) == kernel.pageSize(settings.pageSize());
        setup.setUp(request, usual ? settings.mountPoint() : Optional.empty());
        warned = false;
        return pools();
    }

    @Override
    public long configured() {
        return settings.memory();
    }

    @Override
    public List<HugepagePool> pools() throws IOException {
        return table.read(leases.values());
    }

    @Override
    public synchronized List<HugepagePool> reset() throws IOException {
        setup.reset();
        return pools();
    }

    @Override
    public synchronized List<LeftoverFile> clean() throws IOException {
        List<LeftoverFile> removed = new ArrayList<>();
        for (Lease lease : leases.values()) {
            if (lease.origin() == Origin.LEFT_BEHIND) {
                release(lease.name());
                removed.add(new LeftoverFile(
                        lease.file().toString(),
                        lease.length(),
                        "left by this target when it died, and not asked for"));
            }
        }
        removed.addAll(store.removeRejected());
        removed.addAll(new Leftovers(settings.directory()).remove(store.roots(), store.folders()));
        return removed;
    }
}
