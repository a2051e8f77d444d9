// SPDX-License-Identifier: Apache-2.0
package io.hotbay.kata.internal;

import io.hotbay.kata.KataFinding;
import io.hotbay.kata.KataNode;
import io.hotbay.kata.KataStore;
import io.hotbay.target.Controller;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Keeps the store in step with the block controllers: a node comes and goes with each of them. */
@Component(
        service = KataStore.class,
        configurationPid = KataStore.PID,
        configurationPolicy = ConfigurationPolicy.OPTIONAL,
        immediate = true)
@Designate(ocd = KataStoreComponent.Config.class)
public final class KataStoreComponent implements KataStore {
    private static final String DEFAULT_STORE = "/var/run/kata-containers/vhost-user";

    /** Where the store is and whether nodes are made. */
    @ObjectClassDefinition(
            name = "Hotbay: Kata Containers store",
            description = "The directory in which Kata Containers looks for vhost-user devices.")
    public @interface Config {
        @AttributeDefinition(
                name = "Store",
                description =
                        "vhost_user_store_path of Kata's configuration. Empty: what the socket directory belongs to, "
                                + "else " + DEFAULT_STORE + ".")
        String store() default "";

        @AttributeDefinition(name = "Nodes", description = "Whether to make device nodes for block controllers.")
        boolean nodes() default true;
    }

    private final Logger logger;
    private final ConfigurationAdmin configurations;
    private final StoreDirectory directory;
    private final DeviceNodes devices;
    private final boolean makesNodes;
    /** Guarded by this. */
    private final Map<String, KataNode> nodes = new TreeMap<>();

    /** Makes the directories, and clears away what a target that ended badly has left. */
    @Activate
    public KataStoreComponent(
            BundleContext context,
            Config config,
            @Reference(service = LoggerFactory.class) Logger logger,
            @Reference ConfigurationAdmin configurations) {
        this.logger = logger;
        this.configurations = configurations;
        directory = new StoreDirectory(Path.of(storeOf(context, config)));
        devices = new DeviceNodes(directory, new MinorNumbers(registryOf(context)));
        makesNodes = config.nodes();
        if (makesNodes) {
            prepare();
        }
    }

    private static String storeOf(BundleContext context, Config config) {
        if (!config.store().isBlank()) {
            return config.store();
        }
        String property = context.getProperty("hotbay.kata.store");
        return property != null ? property : DEFAULT_STORE;
    }

    private static Path registryOf(BundleContext context) {
        String state = context.getProperty("hotbay.state.dir");
        Path dir = state != null ? Path.of(state) : context.getDataFile("").toPath();
        return dir.resolve("kata-minors.properties");
    }

    private void prepare() {
        try {
            directory.create();
            List<Path> removed = devices.removeStale();
            if (!removed.isEmpty()) {
                logger.info("removed stale device nodes: {}", removed);
            }
        } catch (IOException e) {
            logger.warn("the Kata store {} cannot be kept: {}", directory.path(), e.getMessage());
        }
    }

    /** A controller appeared. */
    @Reference(
            service = Controller.class,
            target = "(" + Controller.TYPE + "=blk)",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            unbind = "removeController")
    public synchronized void addController(Controller controller, Map<String, ?> properties) {
        if (!makesNodes) {
            return;
        }
        String name = (String) properties.get(Controller.NAME);
        Path socket = Path.of(controller.status().socket());
        if (!directory.holds(socket)) {
            String problem = "its socket " + socket + " is not in " + directory.sockets()
                    + ", where Kata looks; for Kata leave out socket_dir, or start with -S " + directory.sockets();
            nodes.put(name, devices.refuse(name, problem));
            logger.info("{}: no device node for Kata: {}", name, problem);
            return;
        }
        KataNode node = devices.make(name);
        nodes.put(name, node);
        if (node.present()) {
            logger.info("{}: device node {} b {}:{}", name, node.path(), BLOCK_MAJOR, node.minor());
        } else {
            logger.warn("{}: no device node: {}", name, node.problem());
        }
    }

    /** A controller went. */
    public synchronized void removeController(Map<String, ?> properties) {
        String name = (String) properties.get(Controller.NAME);
        if (nodes.remove(name) == null) {
            return;
        }
        try {
            devices.remove(name);
            if (isDeleted(properties)) {
                devices.forget(name);
            }
        } catch (IOException e) {
            logger.warn("{}: {}", name, e.getMessage());
        }
    }

    /** A controller whose configuration is still there comes back, and then with the same minor. */
    private boolean isDeleted(Map<String, ?> properties) throws IOException {
        Object pid = properties.get(Constants.SERVICE_PID);
        if (pid == null) {
            return true;
        }
        try {
            return configurations.listConfigurations("(" + Constants.SERVICE_PID + "=" + pid + ")") == null;
        } catch (InvalidSyntaxException e) {
            throw new IOException("the configuration " + pid + " cannot be looked up", e);
        }
    }

    @Override
    public Path directory() {
        return directory.path();
    }

    @Override
    public synchronized List<KataNode> nodes() {
        nodes.replaceAll((name, node) -> devices.look(node));
        return List.copyOf(nodes.values());
    }

    @Override
    public Path resolve(int major, int minor) throws IOException {
        return devices.resolve(major, minor);
    }

    @Override
    public List<KataFinding> check(Path configuration) throws IOException {
        return new ConfigurationCheck(directory.path()).run(configuration);
    }

    @Override
    public synchronized List<String> run(String controller) throws IOException {
        KataNode node = nodes.get(controller);
        if (node == null) {
            throw new IOException("blk controller \"" + controller + "\" does not exist: "
                    + (nodes.isEmpty()
                            ? "there are none, create one with vhost:create-blk"
                            : "use " + String.join(", ", nodes.keySet())));
        }
        return RunLines.of(node);
    }
}
