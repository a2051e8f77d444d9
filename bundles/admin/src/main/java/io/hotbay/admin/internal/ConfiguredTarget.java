// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.ByteSize;
import io.hotbay.target.BdevSuccession;
import io.hotbay.target.ConfiguredStatus;
import io.hotbay.target.ControllerStatus;
import io.hotbay.target.OptionDescription;
import io.hotbay.target.SessionStatus;
import io.hotbay.target.TargetAdmin;
import io.hotbay.target.TargetException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import org.osgi.service.metatype.MetaTypeService;

/** The target as it is configured in Configuration Admin. Changes are made one after the other. */
@Component(service = {TargetAdmin.class, BdevSuccession.class, ConfiguredTarget.class})
public final class ConfiguredTarget implements TargetAdmin, BdevSuccession {
    /** How long a component may take to start or to stop; bundles may start in any order. */
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Configurations configurations;
    private final Delivery delivery;
    private final ComponentStates components;
    private final RunningServices services;
    private final Catalogue catalogue;
    private final EntryCheck entries;
    private final Effects effects;
    private final Succession succession;
    private final TargetState state;
    private final Logger logger;

    /** Finds its way around. */
    @Activate
    public ConfiguredTarget(
            @Reference ConfigurationAdmin configurationAdmin,
            @Reference MetaTypeService metatype,
            @Reference ServiceComponentRuntime runtime,
            @Reference(service = LoggerFactory.class) Logger logger,
            BundleContext context) {
        this(
                new Configurations(configurationAdmin),
                new ComponentStates(runtime),
                new RunningServices(context),
                (components, services) -> new MetatypeCatalogue(context, metatype, components, services),
                new ConfigurationBarrier(configurationAdmin, context)::await,
                logger,
                LIMIT);
    }

    ConfiguredTarget(
            Configurations configurations,
            ComponentStates components,
            RunningServices services,
            BiFunction<ComponentStates, RunningServices, Catalogue> catalogue,
            Delivery.Barrier barrier,
            Logger logger,
            Duration limit) {
        this.configurations = configurations;
        this.delivery = new Delivery(configurations, components, barrier, logger);
        this.components = components;
        this.services = services;
        this.catalogue = catalogue.apply(components, services);
        this.entries = new EntryCheck(this.catalogue);
        this.effects = new Effects(components, services, new Patience(limit));
        this.succession = new Succession(configurations, delivery, services, this.catalogue, effects, barrier, logger);
        this.state = new TargetState(configurations, components, services);
        this.logger = logger;
    }

    @Override
    public Set<String> bdevTypes() {
        return catalogue.bdevTypes();
    }

    @Override
    public List<OptionDescription> bdevOptions(String type) throws TargetException {
        return catalogue
                .bdevOptions(type)
                .orElseThrow(() -> new TargetException("bdev type " + EntryCheck.unknown(type, catalogue.bdevTypes())))
                .describe();
    }

    @Override
    public Set<String> controllerTypes() {
        return catalogue.controllerTypes();
    }

    @Override
    public List<OptionDescription> controllerOptions() throws TargetException {
        return catalogue
                .controllerOptions()
                .orElseThrow(() -> new TargetException("controllers cannot be configured: no bundle with a transport,"
                        + " such as io.hotbay.vhost-user, is started"))
                .describe();
    }

    @Override
    public synchronized void createBdev(String type, String name, Map<String, ?> options) throws TargetException {
        BdevEntry wanted;
        try {
            wanted = entries.bdev(new BdevEntry(type, name, new LinkedHashMap<>(options)));
        } catch (OptionException e) {
            throw refused("bdev", e);
        }
        String existing = bdevTypesByName().get(name);
        if (existing != null) {
            String size = services.bdevSize(name).map(ByteSize::format).orElse("not running");
            throw new TargetException("bdev " + name + " exists already (" + existing + ", " + size
                    + "): choose another name, or delete it with bdev:delete " + name);
        }
        make(changes -> changes.put(wanted));
    }

    @Override
    public synchronized void deleteBdev(String name, boolean force) throws TargetException {
        Optional<Stored> stored = configurations.bdev(name);
        if (stored.isEmpty()) {
            throw new TargetException(noBdev(name));
        }
        succession.refuseMigrating(name);
        List<String> users = configurations.controllers().stream()
                .filter(controller -> controller.controllerBdev().equals(name))
                .map(Stored::controllerName)
                .sorted()
                .toList();
        if (!users.isEmpty() && !force) {
            throw new TargetException(used(name, users));
        }
        configurations.delete(stored.get().pid());
        effects.awaitBdevGone(name, stored.get().pid());
        for (String user : users) {
            effects.awaitNotListening(user);
        }
    }

    private static String used(String bdev, List<String> users) {
        String remedy = users.size() == 1
                ? users.get(0) + ": delete that first with vhost:delete " + users.get(0)
                : String.join(", ", users) + ": delete those first with vhost:delete";
        return "bdev " + bdev + " is used by controller" + (users.size() == 1 ? " " : "s ") + remedy
                + ", or use --force: guests then get I/O errors until a bdev of that name is created";
    }

    @Override
    public synchronized void resizeBdev(String name, String size, boolean force) throws TargetException {
        Optional<Stored> stored = configurations.bdev(name);
        if (stored.isEmpty()) {
            throw new TargetException(noBdev(name));
        }
        succession.refuseMigrating(name);
        Resize resize =
                Resize.of(stored.get(), catalogue.bdevOptions(stored.get().bdevType()), size, force);
        Optional<BlockDevice> bdev = components.mayBeAsked(stored.get().pid())
                ? services.askBdev(name, Function.identity())
                : Optional.empty();
        if (bdev.isPresent() && resize.isNone(bdev.get())) {
            return;
        }
        if (bdev.isPresent()) {
            resize.check(bdev.get());
        }
        make(changes -> changes.put(resize));
    }

    @Override
    public synchronized void configureBdev(String name, Map<String, ?> options) throws TargetException {
        Optional<Stored> stored = configurations.bdev(name);
        if (stored.isEmpty()) {
            throw new TargetException(noBdev(name));
        }
        BdevEntry wanted;
        try {
            BdevEntry now = stored.get().bdev();
            wanted = entries.bdev(now.withOptions(changed(now.options(), options)));
        } catch (OptionException e) {
            throw refused("bdev", e);
        }
        make(changes -> changes.put(wanted));
    }

    /** Before they are checked: what somebody else may have written wrong is not taken for right. */
    private static Map<String, Object> changed(Map<String, Object> now, Map<String, ?> options) {
        Map<String, Object> all = new LinkedHashMap<>(now);
        all.putAll(options);
        return all;
    }

    private String noBdev(String name) throws TargetException {
        Map<String, String> bdevs = bdevTypesByName();
        return bdevs.containsKey(name)
                ? "bdev " + name
                        + " has no configuration that could be changed or deleted: stop the bundle that made it"
                : "bdev \"" + name + "\" does not exist: " + EntryCheck.instead(bdevs.keySet());
    }

    @Override
    public synchronized void createController(String type, String name, String bdev, Map<String, ?> options)
            throws TargetException {
        ControllerEntry wanted = new ControllerEntry(type, name, bdev, new LinkedHashMap<>(options));
        ControllerEntry checked;
        try {
            checked = entries.controller(wanted, bdevTypesByName().keySet());
        } catch (OptionException e) {
            throw refused("controller", e);
        }
        Optional<Stored> existing = configurations.controller(name);
        if (existing.isPresent()) {
            throw new TargetException("controller " + name + " exists already ("
                    + existing.get().controllerType() + " over "
                    + existing.get().controllerBdev() + "): choose another name, or delete it with vhost:delete "
                    + name);
        }
        make(changes -> changes.put(checked));
    }

    @Override
    public synchronized void deleteController(String name, boolean force) throws TargetException {
        Stored stored = storedController(name);
        Optional<ControllerStatus> status = services.controller(name);
        List<SessionStatus> sessions = status.map(ControllerStatus::sessions).orElse(List.of());
        if (!sessions.isEmpty() && !force) {
            throw new TargetException(connected(name, sessions));
        }
        IntSupplier ending = services.sessionsOf(name);
        configurations.delete(stored.pid());
        effects.awaitControllerGone(name, stored.pid());
        effects.awaitSessionsEnd(name, ending);
        if (status.isPresent() && status.get().state() == ControllerStatus.State.LISTENING) {
            effects.awaitSocketGone(name, Path.of(status.get().socket()));
        }
    }

    @Override
    public synchronized void configureController(String name, Map<String, ?> options) throws TargetException {
        ControllerEntry now = storedController(name).controller();
        ControllerEntry wanted;
        try {
            wanted = entries.controller(now.withOptions(changed(now.options(), options)), List.of(now.bdev()));
        } catch (OptionException e) {
            throw refused("controller", e);
        }
        boolean listens = services.controller(name)
                .filter(status -> status.state() == ControllerStatus.State.LISTENING)
                .isPresent();
        make(changes -> changes.put(wanted, listens));
    }

    private Stored storedController(String name) throws TargetException {
        Optional<Stored> stored = configurations.controller(name);
        if (stored.isEmpty()) {
            String others = configurations.controllers().stream()
                    .map(Stored::controllerName)
                    .collect(Collectors.joining(", "));
            throw new TargetException("controller \"" + name + "\" does not exist: "
                    + (others.isEmpty() ? "there are none" : "use " + others));
        }
        return stored.get();
    }

    private static String connected(String controller, List<SessionStatus> sessions) {
        SessionStatus first = sessions.get(0);
        String process = first.peerPid() > 0 ? "process " + first.peerPid() : "a front-end";
        String name = first.peerName().isEmpty() ? "" : " (" + first.peerName() + ")";
        String others = sessions.size() == 1 ? " is" : " and " + (sessions.size() - 1) + " more are";
        return process + name + others + " connected to controller " + controller
                + ": stop the VM or unplug the disk first, or use --force, which takes the disk away from the guest";
    }

    @Override
    public synchronized String prepare(String bdev, String type, Map<String, ?> options) throws TargetException {
        if (configurations.bdev(bdev).isEmpty()) {
            throw new TargetException(noBdev(bdev));
        }
        return succession.prepare(bdev, type, options);
    }

    @Override
    public synchronized void switchOver(String bdev, LastCopy lastCopy) throws TargetException {
        succession.switchOver(bdev, lastCopy);
    }

    @Override
    public synchronized void abandon(String bdev) throws TargetException {
        succession.abandon(bdev);
    }

    @Override
    public synchronized List<Recovered> recover() throws TargetException {
        return succession.recover();
    }

    @Override
    public void load(Path file) throws TargetException {
        load(file, read(file));
    }

    /** Loads a file while bundles may still be starting: waits for the types it needs. */
    void loadAtStart(Path file, Runnable waits) throws TargetException {
        TargetDocument document = read(file);
        new Patience(LIMIT).until(() -> {
            boolean complete = DocumentCheck.missing(document, catalogue).isEmpty();
            if (!complete) {
                waits.run();
            }
            return complete;
        });
        load(file, document);
    }

    private static TargetDocument read(Path file) throws TargetException {
        try {
            return DocumentJson.read(Files.readString(file));
        } catch (DocumentException e) {
            throw new TargetException(file + ": " + e.getMessage(), e);
        } catch (NoSuchFileException e) {
            throw new TargetException("configuration file " + file + " does not exist", e);
        } catch (AccessDeniedException e) {
            throw new TargetException("configuration file " + file + " cannot be read: permission denied", e);
        } catch (CharacterCodingException e) {
            throw new TargetException("configuration file " + file + " cannot be read: it is no UTF-8 text", e);
        } catch (IOException e) {
            throw new TargetException("configuration file " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private synchronized void load(Path file, TargetDocument document) throws TargetException {
        TargetDocument checked;
        try {
            checked = new DocumentCheck(catalogue, bdevTypesByName()).check(document);
        } catch (DocumentException e) {
            throw new TargetException(file + ": " + e.getMessage(), e);
        }
        for (BdevEntry bdev : checked.bdevs()) {
            succession.refuseMigrating(bdev.name());
        }
        try {
            make(changes -> put(changes, checked));
        } catch (TargetException e) {
            throw new TargetException(file + ": " + e.getMessage(), e);
        }
        state.complain("");
    }

    private static void put(Changes changes, TargetDocument document) throws TargetException {
        for (Map.Entry<String, Map<String, Object>> section :
                document.sections().entrySet()) {
            changes.put(section.getKey(), section.getValue());
        }
        for (BdevEntry bdev : document.bdevs()) {
            changes.put(bdev);
        }
        for (ControllerEntry controller : document.controllers()) {
            changes.put(controller);
        }
    }

    @Override
    public synchronized String save(Consumer<String> omitted) throws TargetException {
        TargetDocument document = new TargetDocument();
        for (Stored stored : configurations.bdevs()) {
            if (!stored.migration().isEmpty()) {
                continue;
            }
            Optional<OptionSet> options = catalogue.bdevOptions(stored.bdevType());
            document.bdevs().add(stored.bdev().withOptions(typed(stored, options)));
        }
        Set<String> bdevs = bdevTypesByName().keySet();
        for (Stored stored : configurations.controllers()) {
            String bdev = stored.controllerBdev();
            if (!bdevs.contains(bdev)) {
                omitted.accept("controller " + stored.controllerName() + " is left out, because its bdev "
                        + (bdev.isEmpty() ? "is not given" : bdev + " does not exist")
                        + " and the file could not be loaded: create the bdev or delete the controller");
                continue;
            }
            document.controllers().add(stored.controller().withOptions(typed(stored, catalogue.controllerOptions())));
        }
        for (Map.Entry<String, String> section : TargetDocument.SECTION_PIDS.entrySet()) {
            Optional<Stored> stored = configurations.get(section.getValue());
            if (stored.isPresent()) {
                Optional<OptionSet> options = catalogue.sectionOptions(section.getKey());
                document.sections().put(section.getKey(), typed(stored.get(), options));
            }
        }
        return DocumentJson.write(document);
    }

    /** Options typed and in the order of their metatype; as they are stored when that cannot be. */
    private static Map<String, Object> typed(Stored stored, Optional<OptionSet> options) {
        try {
            return options.isPresent() ? options.get().convert(stored.options()) : stored.options();
        } catch (OptionException e) {
            return stored.options();
        }
    }

    @Override
    public List<ConfiguredStatus> configured() throws TargetException {
        return state.configured();
    }

    @Override
    public void awaitReady(long timeoutMillis) throws TargetException {
        state.awaitReady(timeoutMillis);
    }

    /** What has become of what is configured. */
    TargetState state() {
        return state;
    }

    private Map<String, String> bdevTypesByName() throws TargetException {
        Map<String, String> types = new TreeMap<>(services.bdevs());
        configurations.bdevs().forEach(stored -> types.put(stored.bdevName(), stored.bdevType()));
        return types;
    }

    private static TargetException refused(String kind, OptionException e) {
        boolean ofTheThing = e.option().equals(EntryCheck.TYPE) || e.option().equals(EntryCheck.NAME);
        return new TargetException(ofTheThing ? kind + " " + e.getMessage() : e.getMessage(), e);
    }

    /** Makes changes as a whole. */
    private void make(Change change) throws TargetException {
        Changes changes = new Changes(configurations, delivery, catalogue, effects, logger);
        try {
            change.make(changes);
        } catch (TargetException | RuntimeException e) {
            changes.undo();
            throw e;
        }
    }

    /** What to change. */
    private interface Change {
        void make(Changes changes) throws TargetException;
    }
}
