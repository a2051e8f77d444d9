// SPDX-License-Identifier: Apache-2.0
package io.hotbay.migrate.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.target.BdevSuccession;
import io.hotbay.target.BdevSuccession.Recovered;
import io.hotbay.target.MigrationStatus;
import io.hotbay.target.Migrations;
import io.hotbay.target.TargetException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

/**
 * All migrations. When it goes they are given up; when it comes it clears up after those of a process that died. What became of them is
 * kept in a file, so that whoever has begun one can ask for it afterwards.
 */
@Component(service = Migrations.class, immediate = true)
public final class MigrationService implements Migrations {
    private static final int REMEMBERED = 16;

    private final BdevSuccession succession;
    private final Disks disks;
    private final BdevUsers users;
    private final Logger logger;
    private final Thread recovery = new Thread(this::recover, "hotbay-migrate-recovery");
    private final History history;
    /** Those of earlier lives. */
    private final List<MigrationStatus> former = new ArrayList<>();

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
        users = new BdevUsers(context);
        history = new History(directory(context).resolve("history.jsonl"));
        try {
            former.addAll(history.read());
        } catch (IOException e) {
            logger.warn("what became of earlier migrations cannot be read", e);
        }
        recovery.setDaemon(true);
        recovery.start();
    }

    private static Path directory(BundleContext context) {
        String state = context.getProperty("hotbay.state.dir");
        return state == null
                ? context.getDataFile("migrate").toPath()
                : Path.of(state).resolve("migrate");
    }

    private void recover() {
        List<Recovered> recovered = List.of();
        try {
            recovered = succession.recover();
        } catch (TargetException | RuntimeException e) {
            logger.error("what is left of an earlier migration cannot be cleared up", e);
        }
        recovered.forEach(each -> logger.warn("{}", each.text()));
        conclude(recovered);
    }

    /** Says of those that ended with their process how they ended. */
    private synchronized void conclude(List<Recovered> recovered) {
        boolean changed = false;
        for (int i = 0; i < former.size(); i++) {
            MigrationStatus status = former.get(i);
            if (!status.isOver()) {
                former.set(i, Outcome.of(status, recovered));
                changed = true;
            }
        }
        if (changed) {
            remember();
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
    public MigrationStatus start(String bdev, String type, Map<String, ?> options, long rate, boolean overwrite)
            throws TargetException {
        awaitRecovery();
        return begin(bdev, type, options, rate, overwrite);
    }

    private synchronized MigrationStatus begin(
            String bdev, String type, Map<String, ?> options, long rate, boolean overwrite) throws TargetException {
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
        return new Migration(plan, succession, disks, users, source, destination, this::remember, logger);
    }

    private void forgetOld() {
        while (former.size() + migrations.size() > REMEMBERED && !former.isEmpty()) {
            former.remove(0);
        }
        while (migrations.size() > REMEMBERED && migrations.get(0).status().isOver()) {
            migrations.remove(0);
        }
    }

    private synchronized void remember() {
        try {
            history.write(all());
        } catch (IOException e) {
            logger.warn("what becomes of migrations cannot be written down: {}", e.getMessage());
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
        return Stream.concat(former.stream(), migrations.stream().map(Migration::status))
                .toList();
    }
}
