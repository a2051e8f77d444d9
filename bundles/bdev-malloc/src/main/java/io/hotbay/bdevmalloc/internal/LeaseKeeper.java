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
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.SynchronousConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
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
    /** Leases of bdevs are named with this and the name of the bdev, or what its contents are kept under instead. */
    static final String PREFIX = "bdev-";

    private static final long IDLE_SECONDS = 10;

    private final HugepageAllocator allocator;
    private final ConfigurationAdmin configurations;
    private final Logger logger;
    private final ThreadPoolExecutor executor;
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
        executor = new ThreadPoolExecutor(0, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, "hotbay-malloc-trim");
            thread.setDaemon(true);
            return thread;
        });
        // Who takes a lease up next trims it.
        executor.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        sweep();
    }

    /**
     * Takes the memory of a bdev: what it had before, if it has been here, with the size that is wanted now. When the bdev is in use
     * under another name already, the memory it has under that stays until it is {@link #retire retired}.
     *
     * @param cut whether contents beyond the size may be lost
     * @throws IOException if there is not enough memory, or contents would be lost
     */
    synchronized MemoryLease take(String pid, String name, long size, int node, boolean cut) throws IOException {
        for (String user : users) {
            if (names.get(user).equals(name)) {
                throw new IllegalArgumentException(
                        "bdev " + name + ": configuration " + user + " has that name already: choose another");
            }
        }
        Optional<MemoryLease> before = allocator.find(PREFIX + name);
        if (before.isPresent() && before.get().size() != size) {
            // Whatever comes of it, the contents are somebody's.
            MemoryLease kept = allocator.lease(PREFIX + name, before.get().size(), node);
            refuseLoss(name, new LeasedStore(kept), size, cut);
            allocator.resize(PREFIX + name, size);
            allocator.trim(PREFIX + name);
        }
        MemoryLease lease = allocator.lease(PREFIX + name, size, node);
        boolean renamed = !users.add(pid);
        String nameBefore = names.put(pid, name);
        if (nameBefore != null && !nameBefore.equals(name) && !renamed) {
            retire(nameBefore);
        }
        return lease;
    }

    /**
     * Checks that a store can be cut off.
     *
     * @param cut whether contents beyond the size may be lost
     * @throws IOException if there are any, and they may not
     */
    static void refuseLoss(String name, LeasedStore store, long size, boolean cut) throws IOException {
        if (cut || size >= store.size()) {
            return;
        }
        long end = store.dataEnd(size);
        if (end > size) {
            throw new IOException("bdev " + name + ": its contents reach to byte " + end + " of "
                    + ByteSize.format(store.size()) + " and would be cut off at " + ByteSize.format(size)
                    + ": set size back, or lose them with bdev:resize " + name + " " + size + " --force");
        }
    }

    /** Gives the memory of a bdev in use another size; what it had before stays mapped until {@link #trim}. */
    MemoryLease resize(String name, long size) throws IOException {
        return allocator.resize(PREFIX + name, size);
    }

    /** Gives back what only an earlier size of a bdev needed; no channel works on that any more. */
    void trim(String name) {
        allocator.trim(PREFIX + name);
    }

    /** Releases the memory of a name that a bdev no longer has, unless another one has it. */
    synchronized void retire(String name) {
        releaseUnlessNeeded(name);
    }

    /** Does something that a reactor should not wait for. */
    void later(Runnable task) {
        executor.execute(task);
    }

    @Deactivate
    void deactivate() {
        executor.shutdown();
    }

    /**
     * Ends the use of a bdev's memory; nobody touches it any more. It is released if its configuration was deleted.
     * Configuration Admin is not asked here: it may be stopping as well, and then has no configuration at all.
     */
    synchronized void giveBack(String pid) {
        users.remove(pid);
        trim(names.get(pid));
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

    /** Releases leases of bdevs that are neither in use nor configured, and asks for the others, so that nobody cleans them away. */
    private void sweep() {
        for (MemoryLease lease : allocator.leases()) {
            if (lease.name().startsWith(PREFIX)
                    && !releaseUnlessNeeded(lease.name().substring(PREFIX.length()))) {
                claim(lease);
            }
        }
    }

    private void claim(MemoryLease lease) {
        try {
            allocator.lease(lease.name(), lease.size(), lease.node());
        } catch (IOException e) {
            logger.warn("lease {} cannot be asked for", lease.name(), e);
        }
    }

    private boolean releaseUnlessNeeded(String name) {
        if (isUsed(name) || isConfigured(name)) {
            return false;
        }
        release(name);
        return true;
    }

    /** Loops, here and in what else a start needs: a new bundle's first streams would take a fraction of a millisecond each, while rings wait. */
    private boolean isUsed(String name) {
        for (String user : users) {
            if (name.equals(names.get(user))) {
                return true;
            }
        }
        return false;
    }

    /** Whether there is a bdev of that name, of whatever type: others may keep leases as well. */
    private boolean isConfigured(String name) {
        try {
            return configurations.listConfigurations("(|(&(" + BlockDevice.NAME + "=" + name + ")(!("
                            + BlockDevice.STORAGE + "=*)))(" + BlockDevice.STORAGE + "=" + name + "))")
                    != null;
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
