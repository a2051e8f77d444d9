// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.ByteSize;
import io.hotbay.target.BdevSuccession.LastCopy;
import io.hotbay.target.BdevSuccession.Recovered;
import io.hotbay.target.TargetException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.osgi.service.log.Logger;

/** The configurations of a migration: see {@link io.hotbay.target.BdevSuccession}. For use by one thread at a time. */
final class Succession {
    private static final String DESTINATION = ".migrating";
    private static final String RETIRED = ".migrated";
    private static final int LONGEST_NAME = 64;
    private static final String SIZE = "size";
    private static final String BLOCK_SIZE = "block_size";
    private static final String UUID_OPTION = "uuid";
    private static final String CREATE = "create";

    private final Configurations configurations;
    private final Delivery delivery;
    private final RunningServices services;
    private final Catalogue catalogue;
    private final Effects effects;
    private final Delivery.Barrier barrier;
    private final Logger logger;

    /** What the destination has to have in common with the source. */
    private record Source(long bytes, int blockSize, UUID uuid) {}

    Succession(
            Configurations configurations,
            Delivery delivery,
            RunningServices services,
            Catalogue catalogue,
            Effects effects,
            Delivery.Barrier barrier,
            Logger logger) {
        this.configurations = configurations;
        this.delivery = delivery;
        this.services = services;
        this.catalogue = catalogue;
        this.effects = effects;
        this.barrier = barrier;
        this.logger = logger;
    }

    private static String destinationOf(String bdev) {
        return withEnding(bdev, DESTINATION);
    }

    private static String retiredOf(String bdev) {
        return withEnding(bdev, RETIRED);
    }

    private static String withEnding(String bdev, String ending) {
        return bdev.substring(0, Math.min(bdev.length(), LONGEST_NAME - ending.length())) + ending;
    }

    /** Refuses what cannot be done to a bdev while it is being migrated. */
    void refuseMigrating(String bdev) throws TargetException {
        for (Stored stored : configurations.bdevs()) {
            String migrated = stored.migration();
            if (!migrated.isEmpty()
                    && (migrated.equals(bdev) || stored.bdevName().equals(bdev))) {
                throw new TargetException("bdev " + migrated + " is being migrated: wait until that is over"
                        + " (bdev:migrations), or call it off with bdev:migrate --cancel " + migrated);
            }
        }
    }

    String prepare(String bdev, String type, Map<String, ?> options) throws TargetException {
        refuseMigrating(bdev);
        Source source = services.askBdev(
                        bdev, each -> new Source(each.blocks() * each.blockSize(), each.blockSize(), each.uuid()))
                .orElseThrow(() -> new TargetException(
                        "bdev " + bdev + " is not running: start its bundle, or see why with bdev:list"));
        String name = destinationOf(bdev);
        if (services.hasBdev(name) || configurations.bdev(name).isPresent()) {
            throw new TargetException("bdev " + name + " exists already, and a migration needs that name: delete it");
        }
        OptionSet known = catalogue
                .bdevOptions(type)
                .orElseThrow(() -> new TargetException("bdev type " + EntryCheck.unknown(type, catalogue.bdevTypes())));
        BdevEntry wanted = entry(type, name, known, withDefaults(options, known, bdev, source));
        refuseMisfit(bdev, wanted, source);
        Map<String, Object> properties = new HashMap<>(wanted.properties());
        properties.put(BlockDevice.MIGRATION, bdev);
        properties.put(BlockDevice.STORAGE, unusedStorage(bdev));
        String pid = wanted.factoryPid() + "~" + unusedPid(wanted.factoryPid(), bdev);
        try {
            delivery.putFactory(
                    wanted.factoryPid(), pid.substring(wanted.factoryPid().length() + 1), properties);
            effects.awaitBdev(wanted, pid, known);
            return name;
        } catch (TargetException e) {
            delete(name, pid);
            throw new TargetException(e.getMessage().replace(name, bdev), e);
        }
    }

    private static BdevEntry entry(String type, String name, OptionSet known, Map<String, Object> options)
            throws TargetException {
        try {
            return new BdevEntry(type, name, known.convert(options));
        } catch (OptionException e) {
            throw new TargetException(e.getMessage(), e);
        }
    }

    private static Map<String, Object> withDefaults(
            Map<String, ?> options, OptionSet known, String bdev, Source source) {
        Map<String, Object> all = new LinkedHashMap<>(options);
        putDefault(all, known, SIZE, Long.toString(source.bytes()));
        putDefault(all, known, BLOCK_SIZE, source.blockSize());
        putDefault(all, known, CREATE, true);
        if (!source.uuid().equals(UUID.nameUUIDFromBytes(bdev.getBytes(java.nio.charset.StandardCharsets.UTF_8)))) {
            putDefault(all, known, UUID_OPTION, source.uuid().toString());
        }
        return all;
    }

    private static void putDefault(Map<String, Object> options, OptionSet known, String key, Object value) {
        if (known.has(key)) {
            options.putIfAbsent(key, value);
        }
    }

    /** What can be told before anything is made. */
    private static void refuseMisfit(String bdev, BdevEntry wanted, Source source) throws TargetException {
        Object blockSize = wanted.options().get(BLOCK_SIZE);
        if (blockSize instanceof Number number && number.longValue() != source.blockSize()) {
            throw new TargetException("bdev " + bdev + " has blocks of " + source.blockSize()
                    + " bytes, and keeps them:" + " give block_size=" + source.blockSize() + ", or leave it out");
        }
        Object size = wanted.options().get(SIZE);
        long bytes;
        try {
            bytes = size == null || size.toString().isBlank() ? source.bytes() : ByteSize.parse(size.toString());
        } catch (IllegalArgumentException e) {
            throw new TargetException("size " + e.getMessage(), e);
        }
        if (bytes < source.bytes()) {
            throw new TargetException("bdev " + bdev + " has " + ByteSize.format(source.bytes()) + " (" + source.bytes()
                    + " bytes), which do not fit in " + ByteSize.format(bytes) + ": give a size of " + source.bytes()
                    + " or more, or leave it out");
        }
    }

    /** Two disks of one type must not keep their contents under one name. */
    private String unusedStorage(String bdev) throws TargetException {
        Set<String> used = configurations.bdevs().stream().map(Stored::storage).collect(Collectors.toSet());
        int number = 1;
        while (used.contains(bdev + "." + number)) {
            number++;
        }
        return bdev + "." + number;
    }

    private String unusedPid(String factoryPid, String bdev) throws TargetException {
        String name = bdev;
        for (int number = 2; configurations.get(factoryPid + "~" + name).isPresent(); number++) {
            name = bdev + "." + number;
        }
        return name;
    }

    void switchOver(String bdev, LastCopy lastCopy) throws TargetException {
        Stored source = configurations.bdev(bdev).orElseThrow(() -> gone(bdev));
        Stored destination = configurations.bdev(destinationOf(bdev)).orElseThrow(() -> gone(destinationOf(bdev)));
        Map<String, Object> retired = new HashMap<>(source.properties());
        retired.put(BlockDevice.NAME, retiredOf(bdev));
        retired.put(BlockDevice.MIGRATION, bdev);
        retired.put(BlockDevice.STORAGE, source.storage());
        try {
            configurations.put(source.pid(), retired);
            effects.awaitRenamed(bdev, source.pid());
            // who is bound to the mirror must not get the source when the mirror goes
            barrier.await();
            lastCopy.run();
            succeed(bdev, destination);
        } catch (TargetException | IOException | RuntimeException e) {
            giveBack(bdev, source, destination);
            throw new TargetException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
        }
        // who still waits for the bdev of the source's configuration would take it for removed
        barrier.await();
        delete(retiredOf(bdev), source.pid());
    }

    private static TargetException gone(String bdev) {
        return new TargetException("the configuration of bdev " + bdev + " has been deleted meanwhile");
    }

    private void succeed(String bdev, Stored destination) throws TargetException {
        Map<String, Object> properties = new HashMap<>(destination.properties());
        properties.put(BlockDevice.NAME, bdev);
        properties.remove(BlockDevice.MIGRATION);
        configurations.put(destination.pid(), properties);
        effects.awaitNamed(bdev, destination.pid());
    }

    /** The destination first: there are never two of the name. */
    private void giveBack(String bdev, Stored source, Stored destination) throws TargetException {
        configurations.put(destination.pid(), destination.properties());
        effects.awaitRenamed(bdev, destination.pid());
        barrier.await();
        configurations.put(source.pid(), source.properties());
    }

    void abandon(String bdev) throws TargetException {
        String name = destinationOf(bdev);
        Optional<Stored> destination = configurations.bdev(name);
        if (destination.isPresent() && destination.get().migration().equals(bdev)) {
            delete(name, destination.get().pid());
        }
    }

    private void delete(String name, String pid) throws TargetException {
        configurations.delete(pid);
        try {
            effects.awaitBdevGone(name, pid);
        } catch (TargetException e) {
            logger.warn("{}", e.getMessage());
        }
    }

    List<Recovered> recover() throws TargetException {
        List<Recovered> done = new ArrayList<>();
        for (Stored part : configurations.bdevs()) {
            String bdev = part.migration();
            if (!bdev.isEmpty() && !services.hasMirror(bdev)) {
                done.add(recover(bdev, part));
            }
        }
        return done;
    }

    private Recovered recover(String bdev, Stored part) throws TargetException {
        if (!part.bdevName().equals(retiredOf(bdev))) {
            configurations.delete(part.pid());
            return new Recovered(
                    bdev,
                    false,
                    "the migration of bdev " + bdev + " to " + part.bdevType()
                            + " had not ended: its destination is deleted (" + described(part) + ")");
        }
        if (configurations.bdev(bdev).isPresent()) {
            configurations.delete(part.pid());
            return new Recovered(
                    bdev,
                    true,
                    "the migration of bdev " + bdev + " had ended: its source of type " + part.bdevType()
                            + " is deleted");
        }
        configurations.put(part.pid(), part.inCharge(bdev));
        return new Recovered(
                bdev,
                false,
                "the migration of bdev " + bdev + " had not ended: its source of type " + part.bdevType()
                        + " is in charge again");
    }

    private static String described(Stored part) {
        Object file = part.options().get("filename");
        return file == null ? "nothing is left of it" : "what has been written to " + file + " is incomplete";
    }
}
