// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.kata.KataStore;
import io.hotbay.memory.HugepageAllocator;
import io.hotbay.target.Controller;
import io.hotbay.target.ControllerStatus;
import io.hotbay.target.ControllerStatus.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * What a test configures, written with Configuration Admin and nothing else, and a temporary Kata store with a path short enough
 * for sockets. Closed, all of it is gone: the configurations, whoever made them, the services, the leases, the files.
 */
final class TestTarget implements AutoCloseable {
    /** Where leases are kept, so that the tests never clean up after any other target. */
    static final String LEASE_DIRECTORY = "hotbay-itest";

    private static final String ANY_LOCATION = "?";
    private static final String LOG_PID = "io.hotbay.log";
    private static final String HUGEPAGES_PID = "io.hotbay.hugepages";
    private static final String CONFIGURED = "(|(" + ConfigurationAdmin.SERVICE_FACTORYPID + "="
            + BlockDevice.FACTORY_PID_PREFIX + "*)(" + ConfigurationAdmin.SERVICE_FACTORYPID + "="
            + Controller.FACTORY_PID + "))";

    private final ConfigurationAdmin configurations = Framework.service(ConfigurationAdmin.class);
    private final Path formerStore;
    private final Path directory;

    /** Begins with a store of its own and nothing in it. */
    TestTarget() throws IOException {
        formerStore = Framework.service(KataStore.class).directory();
        directory = Files.createTempDirectory("hotbay-itest-").toRealPath();
        put(LOG_PID, Map.of("console", false));
        put(HUGEPAGES_PID, Map.of("directory", LEASE_DIRECTORY));
        // Configurations take effect in the order they are written in: with the last one all are in effect.
        put(KataStore.PID, Map.of("store", directory.toString()));
        awaitStore(directory);
    }

    private static void awaitStore(Path store) {
        Await.asserted(
                () -> assertThat(Framework.service(KataStore.class).directory()).isEqualTo(store));
    }

    // ---- configurations

    private void put(String pid, Map<String, Object> properties) throws IOException {
        configurations.getConfiguration(pid, ANY_LOCATION).updateIfDifferent(new Hashtable<>(properties));
    }

    /** Writes the configuration of a bdev, whatever is in it; its PID ends with the name. */
    Configuration configureBdev(String type, String name, Map<String, Object> options) throws IOException {
        Map<String, Object> properties = new HashMap<>(options);
        properties.put(BlockDevice.NAME, name);
        return configure(BlockDevice.FACTORY_PID_PREFIX + type, name, properties);
    }

    /** Writes the configuration of a block controller over a bdev, with its socket in the store. */
    Configuration configureController(String name, String bdev) throws IOException {
        return configureController(name, bdev, Map.of());
    }

    /** The same with further options. */
    Configuration configureController(String name, String bdev, Map<String, Object> options) throws IOException {
        Map<String, Object> properties = new HashMap<>(options);
        properties.put(Controller.NAME, name);
        properties.put(Controller.TYPE, "blk");
        properties.put(Controller.BDEV, bdev);
        properties.put("bdev.target", bdevFilter(bdev));
        properties.put("socket_dir", sockets().toString());
        properties.put("num_queues", 2);
        return configure(Controller.FACTORY_PID, name, properties);
    }

    private Configuration configure(String factoryPid, String name, Map<String, Object> properties) throws IOException {
        Configuration configuration = configurations.getFactoryConfiguration(factoryPid, name, ANY_LOCATION);
        configuration.update(new Hashtable<>(properties));
        return configuration;
    }

    // ---- what has become of them

    /** The service of a bdev, as soon as it is there. */
    BlockDevice bdev(String name) {
        return Framework.service(BlockDevice.class, bdevFilter(name));
    }

    static String bdevFilter(String name) {
        return "(" + BlockDevice.NAME + "=" + name + ")";
    }

    /** The service of a controller, as soon as it is there. */
    Controller controller(String name) {
        return Framework.service(Controller.class, controllerFilter(name));
    }

    static String controllerFilter(String name) {
        return "(" + Controller.NAME + "=" + name + ")";
    }

    /** Waits until a controller listens. */
    ControllerStatus awaitListening(String name) {
        return Await.value(() -> {
            ControllerStatus status = controller(name).status();
            assertThat(status.state()).as(status.reason()).isEqualTo(State.LISTENING);
            assertThat(status.reason()).isEmpty();
            return status;
        });
    }

    /** Waits until a controller waits, and says for what. */
    void awaitWaiting(String name, String reason) {
        Await.asserted(() -> {
            ControllerStatus status = controller(name).status();
            assertThat(status.state()).isEqualTo(State.WAITING);
            assertThat(status.reason()).contains(reason);
        });
    }

    // ---- places

    /** The Kata store. */
    Path store() {
        return directory;
    }

    /** Where the sockets are. */
    Path sockets() {
        return directory.resolve("block").resolve("sockets");
    }

    /** The socket of a controller. */
    Path socket(String controller) {
        return sockets().resolve(controller);
    }

    /** A file of the test's own, which is removed at the end. */
    Path file(String name) {
        return directory.resolve(name);
    }

    // ---- the end

    @Override
    public void close() throws IOException {
        Framework.startAll();
        // Controllers first: no bdev goes while one uses it.
        for (Configuration configuration : configured()) {
            configuration.delete();
        }
        Await.asserted(() -> {
            assertThat(Framework.references(Controller.class, "(" + Controller.NAME + "=*)"))
                    .isEmpty();
            assertThat(Framework.references(BlockDevice.class, "(" + BlockDevice.NAME + "=*)"))
                    .isEmpty();
        });
        Await.asserted(() ->
                assertThat(Framework.service(HugepageAllocator.class).leases()).isEmpty());
        configurations.getConfiguration(KataStore.PID, ANY_LOCATION).delete();
        awaitStore(formerStore);
        List<Path> left = left();
        removeDirectory();
        assertThat(left).as("sockets and nodes left in the store").isEmpty();
    }

    private List<Configuration> configured() throws IOException {
        try {
            Configuration[] found = configurations.listConfigurations(CONFIGURED);
            return found == null
                    ? List.of()
                    : Stream.of(found)
                            .sorted(Comparator.comparing((Configuration each) ->
                                    !each.getFactoryPid().equals(Controller.FACTORY_PID)))
                            .toList();
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("block"))) {
            return files.filter(path -> !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .toList();
        }
    }

    private void removeDirectory() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(TestTarget::delete);
        }
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
