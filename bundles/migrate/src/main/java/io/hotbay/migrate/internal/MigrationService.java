// SPDX-License-Identifier: Apache-2.0
package io.hotbay.migrate.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.target.BdevSuccession;
import io.hotbay.target.MigrationStatus;
import io.hotbay.target.Migrations;
import io.hotbay.target.TargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

/** All migrations. When it goes they are given up; when it comes it clears up after those of a process that died. */
@Component(service = Migrations.class, immediate = true)
public final class MigrationService implements Migrations {
    private static final int REMEMBERED = 16;

    private final BdevSuccession succession;
    private final Disks disks;
    private final Logger logger;
    private final Thread recovery = new Thread(this::recover, "hotbay-migrate-recovery");
    private final List<Migration> migrations = new ArrayList<>();

    /** Clears up, on a thread of its own: that may take as long as components take to stop. */
    @Activate
    public MigrationService(
            BundleContext context,
            @Reference BdevSuccession succession,
            @Reference(service = LoggerFactory.class) Logger logger) {
        this.succession = succession;
        this.logger = logger;
        disks = new Disks(context);
        recovery.setDaemon(true);
        recovery.start();
    }

    private void recover() {
        try {
            succession.recover().forEach(done -> logger.warn("{}", done));
        } catch (TargetException | RuntimeException e) {
            logger.error("what is left of an earlier migration cannot be cleared up", e);
        }
    }

    @Deactivate
    void deactivate() {
        List<Migration> ending;
        synchronized (this) {
            ending = List.copyOf(migrations);
        }
        ending.forEach(Migration::leave);
        ending.forEach(Migration::awaitEnd);
    }

    @Override
    public synchronized MigrationStatus start(
            String bdev, String type, Map<String, ?> options, long rate, boolean overwrite) throws TargetException {
        awaitRecovery();
        String name = succession.prepare(bdev, type, options);
        try {
            Migration migration = migration(bdev, name, type, options, rate, overwrite);
            migrations.add(migration);
            forgetOld();
            migration.begin();
            return migration.status();
        } catch (TargetException | RuntimeException e) {
            succession.abandon(bdev);
            throw e;
        }
    }

    private void awaitRecovery() throws TargetException {
        try {
            recovery.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TargetException("interrupted: the target is being stopped", e);
        }
    }

    private Migration migration(
            String bdev, String destinationName, String type, Map<String, ?> options, long rate, boolean overwrite)
            throws TargetException {
        ServiceReference<BlockDevice> source = disks.named(bdev);
        ServiceReference<BlockDevice> destination = disks.named(destinationName);
        BlockDevice from = source == null ? null : disks.get(source);
        BlockDevice to = destination == null ? null : disks.get(destination);
        if (from == null || to == null) {
            throw new TargetException("bdev " + (from == null ? bdev : destinationName) + " has left just now");
        }
        Fitness.check(from, to, type, overwrite);
        Object file = options.get("filename");
        MigrationPlan plan = new MigrationPlan(
                bdev,
                String.valueOf(source.getProperty(BlockDevice.TYPE)),
                String.valueOf(source.getProperty(Constants.SERVICE_PID)),
                type,
                rate,
                file == null ? "" : "; what has been written to " + file + " is incomplete");
        return new Migration(plan, succession, disks, source, destination, logger);
    }

    private void forgetOld() {
        while (migrations.size() > REMEMBERED && migrations.get(0).status().isOver()) {
            migrations.remove(0);
        }
    }

    @Override
    public void cancel(String bdev) throws TargetException {
        Migration migration = underWay(bdev);
        if (!migration.cancel()) {
            throw new TargetException(
                    "the migration of bdev " + bdev + " cannot be called off any more: it is all but over");
        }
        migration.awaitEnd();
    }

    private synchronized Migration underWay(String bdev) throws TargetException {
        return migrations.stream()
                .filter(each -> each.bdev().equals(bdev) && !each.status().isOver())
                .findFirst()
                .orElseThrow(() -> new TargetException("bdev \"" + bdev + "\" is not being migrated"));
    }

    @Override
    public synchronized List<MigrationStatus> all() {
        return migrations.stream().map(Migration::status).toList();
    }
}
