// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.kata.KataNode;
import io.hotbay.kata.KataStore;
import io.hotbay.linux.Users;
import io.hotbay.memory.HugepageAllocator;
import io.hotbay.memory.HugepagePool;
import io.hotbay.target.Controller;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

/** Each command, in a session of Gogo as any bundle may open one. */
class CommandsTest {
    private static final List<String> COMMANDS = List.of(
            "bdev:create",
            "bdev:delete",
            "bdev:iostat",
            "bdev:list",
            "bdev:migrate",
            "bdev:migrations",
            "bdev:resize",
            "bdev:set-qos",
            "bdev:show",
            "bdev:types",
            "deploy:history",
            "deploy:install",
            "deploy:list",
            "deploy:plan",
            "deploy:update",
            "hugepages:clean",
            "hugepages:reset",
            "hugepages:setup",
            "hugepages:status",
            "kata:check",
            "kata:list",
            "kata:resolve",
            "kata:run",
            "reactor:list",
            "reactor:show",
            "reactor:move",
            "system:check",
            "target:help",
            "target:load",
            "target:save",
            "target:stop",
            "target:wait",
            "vhost:create-blk",
            "vhost:delete",
            "vhost:histogram",
            "vhost:iostat",
            "vhost:list",
            "vhost:qemu",
            "vhost:set-coalescing",
            "vhost:show",
            "vhost:types");

    private TestTarget target;
    private Shell shell;

    @BeforeEach
    void begin() throws IOException {
        target = new TestTarget();
        shell = new Shell();
    }

    @AfterEach
    void end() throws IOException {
        shell.close();
        target.close();
    }

    private static List<String> registered() {
        return Framework.references(Function.class, "(" + CommandProcessor.COMMAND_SCOPE + "=*)").stream()
                .filter(reference -> reference.getBundle().equals(Framework.bundle("shell")))
                .map(CommandsTest::name)
                .toList();
    }

    private static String name(ServiceReference<Function> reference) {
        return reference.getProperty(CommandProcessor.COMMAND_SCOPE) + ":"
                + reference.getProperty(CommandProcessor.COMMAND_FUNCTION);
    }

    @Test
    void shouldRegisterEachCommandWithScopeAndFunction() {
        assertThat(registered()).containsExactlyInAnyOrderElementsOf(COMMANDS);
    }

    @Test
    void shouldTakeAllCommandsAwayAndBringThemBackWithTheBundle() throws Exception {
        Framework.stop("shell");

        assertThat(registered()).isEmpty();

        Framework.start("shell");

        assertThat(registered()).containsExactlyInAnyOrderElementsOf(COMMANDS);
        assertThat(shell.run("target:help")).contains(COMMANDS);
    }

    // ---- the load

    /** Its component is not activated, so its class is not loaded, before it is called; help and the list do without. */
    @Test
    void shouldListAndHelpWithTheCommandOfAnotherBundle() throws Exception {
        assertThat(shell.run("target:help")).containsPattern("bench:run +Measure a controller");
        assertThat(Components.own()
                        .filter(component -> component.name.equals("io.hotbay.bench.internal.BenchCommand"))
                        .map(Components::configurations)
                        .flatMap(List::stream))
                .singleElement()
                .matches(configuration -> configuration.state == ComponentConfigurationDTO.SATISFIED);
        assertThat(shell.run("target:help bench:run")).contains("--destroy-data", "--make");
    }

    @Test
    void shouldMeasureADiskOfItsOwnAndLeaveNothingOfIt() throws Exception {
        String printed = shell.run("bench:run --make malloc,size=4MiB --read 50 --verify --time 0.3 --warm-up 0.1");

        assertThat(printed).contains("4 MiB, 4 KiB random, 50 % reads", "MAX µs", "all read back");
        assertThat(Framework.references(Controller.class, null)).isEmpty();
        assertThat(Framework.references(BlockDevice.class, null)).isEmpty();
        assertThat(shell.run("target:save")).doesNotContain("bench-");
    }

    @Test
    void shouldMeasureAControllerByName() throws Exception {
        shell.run("bdev:create null Disk size=1GiB; vhost:create-blk Front Disk");

        assertThat(shell.run("bench:run Front --time 0.2 --warm-up 0")).contains("0 writes");
        assertThatThrownBy(() -> shell.run("bench:run Front --read 0")).hasMessageContaining("add --destroy-data");
        assertThatThrownBy(() -> shell.run("bench:run Back"))
                .hasMessage("controller \"Back\" does not exist: use Front");
        assertThatThrownBy(() -> shell.run("bench:run --make nothing")).hasMessageStartingWith("--make: ");
        assertThatThrownBy(() -> shell.run("bench:run")).hasMessageContaining("either a TARGET or --make");
        assertThat(Framework.references(BlockDevice.class, null)).hasSize(1);
    }

    // ---- bdevs

    @Test
    void shouldCreateABdevAsAFactoryConfiguration() throws Exception {
        assertThat(shell.run("bdev:create malloc Made size=1MiB block_size=4096"))
                .isEqualToIgnoringNewLines("Made");

        assertThat(target.bdev("Made").blocks()).isEqualTo(256);
        Configuration[] found = Framework.service(ConfigurationAdmin.class)
                .listConfigurations("(service.pid=io.hotbay.bdev.malloc~Made)");
        assertThat(found).hasSize(1);
        assertThat(found[0].getProperties().get("block_size")).isEqualTo(4096);
    }

    @Test
    void shouldResizeABdev() throws Exception {
        shell.run("bdev:create malloc Disk size=1MiB");
        assertThat(shell.run("bdev:resize Disk 2MiB")).isEqualToIgnoringNewLines("Disk has 2 MiB");

        assertThat(target.bdev("Disk").blocks()).isEqualTo(4096);
        assertThat(shell.run("target:save")).contains("\"size\": \"2MiB\"");
        assertThatThrownBy(() -> shell.run("bdev:resize Disk 1000"))
                .hasMessageContaining("bdev Disk cannot have 1000 bytes");
        assertThatThrownBy(() -> shell.run("bdev:resize Disk 1000TiB"))
                .hasMessageContaining("Disk")
                .hasMessageContaining("needs");
        assertThat(shell.run("target:save")).contains("\"size\": \"2MiB\"");
        assertThat(shell.run("bdev:resize -h")).contains("--force", "bdev:resize Malloc0 128MiB");
    }

    @Test
    void shouldListAndShowBdevs() throws Exception {
        shell.run("bdev:create null Made size=1GiB readonly=true");

        assertThat(shell.run("bdev:list")).containsPattern("Made +null +1 GiB +512 +2097152 +read-only +-");
        assertThat(shell.run("bdev:show Made")).containsPattern("name +Made").contains("(1073741824 bytes)");
        assertThat(shell.run("bdev:iostat Made")).containsPattern("Made +0 +0 +0 +0 +0 +0.0 +0.0 +0");
        assertThat(shell.run("bdev:types null")).contains("null", "size", "(required)", "block_size");
    }

    @Test
    void shouldDeleteABdevWithItsConfiguration() throws Exception {
        shell.run("bdev:create malloc Made size=1MiB");

        shell.run("bdev:delete Made");

        assertThat(Framework.references(BlockDevice.class, TestTarget.bdevFilter("Made")))
                .isEmpty();
        assertThat(Framework.service(ConfigurationAdmin.class)
                        .listConfigurations("(service.pid=io.hotbay.bdev.malloc~Made)"))
                .isNull();
        assertThat(shell.run("bdev:list")).doesNotContain("Made");
    }

    // ---- controllers

    private void createController() throws Exception {
        shell.run("bdev:create malloc Made size=1MiB");
        assertThat(shell.run("vhost:create-blk made Made num_queues=3 socket_dir=" + target.sockets()))
                .isEqualToIgnoringNewLines(target.socket("made").toString());
    }

    @Test
    void shouldExportABdev() throws Exception {
        createController();

        assertThat(target.socket("made")).exists();
        assertThat(target.awaitListening("made").queues()).isEqualTo(3);
        assertThat(shell.run("vhost:list"))
                .containsPattern("made +blk +Made +listening +3 +0 +" + target.socket("made"));
        assertThat(shell.run("vhost:show made")).containsPattern("option num_queues +3");
        assertThat(shell.run("vhost:qemu made")).contains("path=" + target.socket("made"));
        assertThat(shell.run("vhost:types")).contains("blk", "num_queues", "socket_dir");
    }

    @Test
    void shouldDeleteAControllerWithItsSocket() throws Exception {
        createController();

        shell.run("vhost:delete made");

        Await.asserted(() -> assertThat(target.socket("made")).doesNotExist());
        assertThat(Framework.references(Controller.class, TestTarget.controllerFilter("made")))
                .isEmpty();
    }

    // ---- hugepages

    @Test
    void shouldShowWhoHasWhichMemory() throws Exception {
        shell.run("bdev:create malloc Made size=1MiB");

        assertThat(shell.run("hugepages:status")).contains("NODE", "FREE").containsPattern("bdev-Made +1 MiB");
    }

    @Test
    void shouldSetUpHugepagesOrSayWhatToRun() throws Exception {
        try (HugetlbfsMount mount = HugetlbfsMount.unlessMounted(target.file("huge"))) {
            if (mount.isThere()) {
                assertThat(shell.run("hugepages:setup --size 0")).contains("NODE", "TOTAL", "FREE");
            } else {
                assertThatThrownBy(() -> shell.run("hugepages:setup --size 0"))
                        .hasMessageMatching("hugetlbfs is not mounted .*: run  sudo .*|this kernel has no hugepages.*");
            }
        }
    }

    @Test
    void shouldGiveHugepagesBack() throws Exception {
        long free = Framework.service(HugepageAllocator.class).pools().stream()
                .mapToLong(HugepagePool::free)
                .sum();
        assumeThat(free).as("hugepages that somebody may have reserved").isZero();

        assertThat(shell.run("hugepages:reset")).contains("NODE", "TOTAL", "FREE");
    }

    @Test
    void shouldRemoveWhatADeadTargetLeft() throws Exception {
        String user = Users.effectiveUid() == 0 ? "" : "-" + Users.effectiveUid();
        Path targets = Path.of("/dev/shm", TestTarget.LEASE_DIRECTORY + user);
        Path left = targets.resolve("dead").resolve("bdev-Dead");
        Files.createDirectories(left.getParent());
        Files.writeString(left.resolveSibling("~lock"), "");
        Files.writeString(left, "");

        assertThat(shell.run("hugepages:clean"))
                .isEqualToIgnoringNewLines("removed " + left + " (0 B): left by a target that died");

        assertThat(left.getParent()).doesNotExist();
        assertThat(shell.run("hugepages:clean")).isEqualToIgnoringNewLines("nothing to remove");
    }

    // ---- reactors

    @Test
    void shouldListReactorsAndTheirPollers() throws Exception {
        String list = shell.run("reactor:list");

        assertThat(list).contains("CORE", "POLLERS");
        String core = list.lines().skip(1).findFirst().orElseThrow().strip().split(" ")[0];
        assertThat(shell.run("reactor:show " + core)).contains("CORE", "POLLER");
    }

    // ---- Kata

    @Test
    void shouldFindADeviceAsKataDoesOrSayHowToMakeItsNode() throws Exception {
        createController();
        KataNode node = Await.value(() -> {
            List<KataNode> nodes = Framework.service(KataStore.class).nodes();
            assertThat(nodes).hasSize(1);
            return nodes.get(0);
        });

        assertThat(shell.run("kata:list"))
                .contains("store " + target.store())
                .containsPattern(
                        "made +b 241:" + node.minor() + " +" + node.path() + " +" + (node.present() ? "yes" : "no"));
        if (node.present()) {
            assertThat(shell.run("kata:resolve 241 " + node.minor()))
                    .isEqualToIgnoringNewLines(target.socket("made").toString());
            assertThat(shell.run("kata:run made")).contains("docker run", "--device " + node.path() + ":/dev/vda");
        } else {
            assertThatThrownBy(() -> shell.run("kata:run made"))
                    .hasMessageContaining("mknod -m 0600 " + node.path() + " b 241 " + node.minor());
        }
    }

    @Test
    void shouldCheckKatasConfiguration() throws Exception {
        Path file = Files.writeString(target.file("configuration.toml"), """
                        [hypervisor.qemu]
                        machine_type = "q35"
                        enable_hugepages = true
                        enable_vhost_user_store = true
                        vhost_user_store_path = "%s"
                        vhost_user_reconnect_timeout_sec = 30
                        """.formatted(target.store()));

        assertThat(shell.run("kata:check " + file))
                .contains("OK  " + file + ":3  hypervisor.qemu.enable_hugepages true")
                .doesNotContain("ERROR");
    }

    // ---- the target

    @Test
    void shouldLoadWhatItHasSaved() throws Exception {
        createController();
        Path file = target.file("saved.json");
        shell.run("target:save " + file);
        assertThat(shell.run("target:save").strip())
                .isEqualTo(Files.readString(file).strip());
        shell.run("vhost:delete made; bdev:delete Made");

        shell.run("target:load " + file);
        shell.run("target:wait 30");

        assertThat(target.awaitListening("made").bdev()).isEqualTo("Made");
    }

    @ParameterizedTest
    @CsvSource({
        "target:help bdev:create, Usage: bdev:create",
        "target:stop -h, Usage: target:stop",
        "hugepages:reset --help, Usage: hugepages:reset"
    })
    void shouldExplainACommand(String script, String text) throws Exception {
        assertThat(shell.run(script)).contains(text);
    }

    @ParameterizedTest
    @CsvSource({
        "bdev:create floppy Made size=1MiB, floppy",
        "bdev:create malloc Made size=1000, multiple of",
        "bdev:show Nobody, 'bdev \"Nobody\" does not exist: there are none, create one with bdev:create'",
        "vhost:create-blk made Nobody, Nobody",
        "reactor:show 4096, no reactor runs on core 4096",
        "reactor:move Nobody 0 0, controller \"Nobody\" does not exist"
    })
    void shouldFailWithOneLineAndLeaveNothing(String script, String text) {
        assertThatThrownBy(() -> shell.run(script))
                .hasMessageContaining(text)
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
        assertThat(Framework.references(BlockDevice.class, TestTarget.bdevFilter("Made")))
                .isEmpty();
        assertThat(Framework.references(Controller.class, TestTarget.controllerFilter("made")))
                .isEmpty();
    }
}
