// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdevmalloc.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.ByteSize;
import io.hotbay.memory.HugepageAllocator;
import io.hotbay.memory.MemoryLease;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.SynchronousConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

/**
 * Takes and releases the leases of malloc bdevs. A lease belongs to the configuration of its bdev: it stays while the component is
 * merely stopped, and is released when the configuration is gone. Deletions are heard synchronously, because the component
 * hears of them later, when a configuration of the same name may exist again: the new disk must not see the old one's contents.
 */
@Component(
        immediate = true, // it has to remember what was deleted, also while no bdev uses it
        service = {LeaseKeeper.class, SynchronousConfigurationListener.class})
public final class LeaseKeeper implements SynchronousConfigurationListener {
    /** Leases of bdevs are named with this and the name of the bdev. */
    static final String PREFIX = "bdev-";

    private final HugepageAllocator allocator;
    private final ConfigurationAdmin configurations;
    private final Logger logger;
    /** Names of the bdevs that were in use since this component started, by PID. */
    private final Map<String, String> names = new HashMap<>();
    /** PIDs in use. */
    private final Set<String> users = new HashSet<>();
    /** PIDs in use whose configuration has been deleted. */
    private final Set<String> deleted = new HashSet<>();

    /** Starts with releasing what lost its configuration while this bundle was stopped. */
    @Activate
    public LeaseKeeper(
            @Reference HugepageAllocator allocator,
            @Reference ConfigurationAdmin configurations,
            @Reference(service = LoggerFactory.class) Logger logger) {
        this.allocator = allocator;
        this.configurations = configurations;
        this.logger = logger;
        sweep();
    }

    /**
     * Takes the memory of a bdev: what it had before, if it has been here.
     *
     * @throws IOException if there is not enough memory, or what it had before is of another size
     */
    synchronized MemoryLease take(String pid, String name, long size, int node) throws IOException {
        for (String user : users) {
            if (names.get(user).equals(name)) {
                throw new IllegalArgumentException(
                        "bdev " + name + ": configuration " + user + " has that name already: choose another");
            }
        }
        Optional<MemoryLease> before = allocator.find(PREFIX + name);
        if (before.isPresent() && !fits(before.get(), size)) {
            throw new IOException("bdev " + name + ": its contents are kept in "
                    + ByteSize.format(before.get().size()) + " and cannot become " + ByteSize.format(size)
                    + ": set size back, or delete the bdev and create it anew");
        }
        MemoryLease lease = allocator.lease(PREFIX + name, size, node);
        users.add(pid);
        String nameBefore = names.put(pid, name);
        if (nameBefore != null && !nameBefore.equals(name)) {
            releaseUnlessNeeded(nameBefore);
        }
        return lease;
    }

    /** A lease that was found again as a file tells its length in whole pages. */
    private static boolean fits(MemoryLease lease, long size) {
        return size <= lease.size() && lease.size() - size < lease.pageSize();
    }

    /**
     * Ends the use of a bdev's memory; nobody touches it any more. It is released if its configuration was deleted.
     * Configuration Admin is not asked here: it may be stopping as well, and then has no configuration at all.
     */
    synchronized void giveBack(String pid) {
        users.remove(pid);
        if (deleted.remove(pid)) {
            release(names.remove(pid));
        }
    }

    @Override
    public synchronized void configurationEvent(ConfigurationEvent event) {
        if (event.getType() != ConfigurationEvent.CM_DELETED
                || !MallocDevice.FACTORY_PID.equals(event.getFactoryPid())) {
            return;
        }
        if (users.contains(event.getPid())) {
            deleted.add(event.getPid());
        } else {
            names.remove(event.getPid());
            sweep();
        }
    }

    /** Releases leases of bdevs that are neither in use nor configured. */
    private void sweep() {
        for (MemoryLease lease : allocator.leases()) {
            if (lease.name().startsWith(PREFIX)) {
                releaseUnlessNeeded(lease.name().substring(PREFIX.length()));
            }
        }
    }

    private void releaseUnlessNeeded(String name) {
        boolean used = users.stream().map(names::get).anyMatch(name::equals);
        if (!used && !isConfigured(name)) {
            release(name);
        }
    }

    /** Whether there is a bdev of that name, of whatever type: others may keep leases as well. */
    private boolean isConfigured(String name) {
        try {
            return configurations.listConfigurations("(" + BlockDevice.NAME + "=" + name + ")") != null;
        } catch (IOException | InvalidSyntaxException e) {
            logger.warn("bdev {}: its memory is kept, because its configuration cannot be looked up", name, e);
            return true;
        }
    }

    private void release(String name) {
        allocator.release(PREFIX + name);
        logger.info("bdev {}: its memory is released, because its configuration is gone", name);
    }
}
