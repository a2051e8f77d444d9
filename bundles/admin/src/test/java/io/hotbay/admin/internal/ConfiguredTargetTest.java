// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.target.ConfiguredStatus;
import io.hotbay.target.ConfiguredStatus.Kind;
import io.hotbay.target.ConfiguredStatus.State;
import io.hotbay.target.SessionStatus;
import io.hotbay.target.TargetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfiguredTargetTest {
    private static final Map<String, Object> SIZE = Map.of("size", "64MiB");
    private static final String MALLOC0 = "io.hotbay.bdev.malloc~Malloc0";
    private static final String VHOSTBLK0 = "io.hotbay.vhost.controller~vhostblk0";

    @TempDir
    Path directory;

    private final FakeFramework framework = new FakeFramework();
    private final ConfiguredTarget target = framework.target();

    @Test
    void shouldWriteAFactoryConfigurationForABdev() throws TargetException {
        target.createBdev("malloc", "Malloc0", Map.of("size", "64MiB", "block_size", "4096"));
        assertThat(framework.configurations.get(MALLOC0))
                .containsEntry("hotbay.bdev.name", "Malloc0")
                .containsEntry("hotbay.bdev.type", "malloc")
                .containsEntry("size", "64MiB")
                .containsEntry("block_size", 4096);
    }

    @Test
    void shouldWriteTargetFiltersForAController() throws TargetException {
        target.createBdev("malloc", "Malloc0", SIZE);
        target.createController("blk", "vhostblk0", "Malloc0", Map.of("cpumask", "0x1"));
        assertThat(framework.configurations.get(VHOSTBLK0))
                .containsEntry("hotbay.controller.name", "vhostblk0")
                .containsEntry("hotbay.controller.type", "blk")
                .containsEntry("hotbay.controller.bdev", "Malloc0")
                .containsEntry("bdev.target", "(hotbay.bdev.name=Malloc0)")
                .containsEntry("deviceType.target", "(hotbay.device.type=blk)")
                .containsEntry("cpumask", "0x1");
    }

    @Test
    void shouldSayWhyAndWhatToDoWhenSomethingIsWrong() throws TargetException {
        target.createBdev("malloc", "Malloc0", SIZE);
        target.createController("blk", "vhostblk0", "Malloc0", Map.of());
        assertRefused(
                () -> target.createBdev("malloc", "Malloc0", SIZE),
                "bdev Malloc0 exists already (malloc, 64 MiB): choose another name, or delete it with"
                        + " bdev:delete Malloc0");
        assertRefused(() -> target.createBdev("aio", "A", SIZE), "bdev type \"aio\" is unknown: use malloc, null");
        assertRefused(
                () -> target.createBdev("malloc", "A", Map.of("size", "1", "x", "1")),
                "x is no option of malloc bdevs: use size, block_size");
        assertRefused(
                () -> target.createController("blk", "vhostblk0", "Malloc0", Map.of()),
                "controller vhostblk0 exists already (blk over Malloc0): choose another name, or delete it with"
                        + " vhost:delete vhostblk0");
        assertRefused(
                () -> target.createController("blk", "c", "Malloc9", Map.of()),
                "bdev \"Malloc9\" does not exist: use Malloc0");
        assertRefused(() -> target.deleteBdev("Malloc9", false), "bdev \"Malloc9\" does not exist: use Malloc0");
        assertRefused(
                () -> target.deleteBdev("Malloc0", false),
                "bdev Malloc0 is used by controller vhostblk0: delete that first with vhost:delete vhostblk0, or use"
                        + " --force: guests then get I/O errors until a bdev of that name is created");
        assertRefused(() -> target.deleteController("x", false), "controller \"x\" does not exist: use vhostblk0");
    }

    @Test
    void shouldChangeOnlyTheOptionsThatAreGiven() throws TargetException {
        target.createBdev("malloc", "Malloc0", SIZE);
        target.createController("blk", "vhostblk0", "Malloc0", Map.of("cpumask", "0x1"));
        target.configureBdev("Malloc0", Map.of("block_size", "4096"));
        target.configureController("vhostblk0", Map.of("readonly", true));
        assertThat(framework.configurations.get(MALLOC0))
                .containsEntry("size", "64MiB")
                .containsEntry("block_size", 4096);
        assertThat(framework.configurations.get(VHOSTBLK0))
                .containsEntry("cpumask", "0x1")
                .containsEntry("readonly", true)
                .containsEntry("bdev.target", "(hotbay.bdev.name=Malloc0)");
        framework.history.clear();
        target.configureBdev("Malloc0", Map.of("block_size", 4096));
        target.configureController("vhostblk0", Map.of("readonly", "true"));
        assertThat(framework.history).isEmpty();
    }

    @Test
    void shouldChangeNothingWhenAnOptionIsWrong() throws TargetException {
        target.createBdev("malloc", "Malloc0", SIZE);
        target.createController("blk", "vhostblk0", "Malloc0", Map.of());
        framework.history.clear();
        assertRefused(
                () -> target.configureBdev("Malloc0", Map.of("block_size", "1", "size", "1MiB")),
                "block_size must be from 512 to 65536, not 1");
        assertRefused(
                () -> target.configureBdev("Malloc0", Map.of("x", "1")),
                "x is no option of malloc bdevs: use size, block_size");
        assertRefused(() -> target.configureBdev("Malloc9", Map.of()), "bdev \"Malloc9\" does not exist: use Malloc0");
        assertRefused(
                () -> target.configureController("vhostblk0", Map.of("readonly", "perhaps")),
                "readonly must be true or false, not \"perhaps\"");
        assertRefused(
                () -> target.configureController("x", Map.of()), "controller \"x\" does not exist: use vhostblk0");
        assertThat(framework.history).isEmpty();
    }

    @Test
    void shouldChangeAControllerThatWaitsForItsBdev() throws TargetException {
        target.createBdev("malloc", "Malloc0", SIZE);
        target.createController("blk", "vhostblk0", "Malloc0", Map.of());
        target.deleteBdev("Malloc0", true);
        target.configureController("vhostblk0", Map.of("readonly", true));
        assertThat(framework.configurations.get(VHOSTBLK0)).containsEntry("readonly", true);
    }

    @Test
    void shouldUndoABdevThatFailsAndTellTheReason() {
        assertRefused(() -> target.createBdev("malloc", "Broken0", SIZE), "bdev Broken0: no room for it");
        assertThat(framework.configurations).isEmpty();
    }

    @Test
    void shouldUndoAControllerThatDoesNotListenInTime() throws TargetException {
        target.createBdev("malloc", "Malloc0", SIZE);
        assertRefused(
                () -> target.createController("blk", "Waiting0", "Malloc0", Map.of()),
                "controller Waiting0 did not listen within 0 s: no reactor runs");
        assertThat(framework.configurations).containsOnlyKeys(MALLOC0);
    }

    @Test
    void shouldDeleteAConnectedControllerOnlyByForce() throws TargetException {
        target.createBdev("malloc", "Malloc0", SIZE);
        target.createController("blk", "vhostblk0", "Malloc0", Map.of());
        framework.sessions = List.of(new SessionStatus(0, 123, 0, 0, "qemu", 0, 0, 1, 1, List.of()));
        assertRefused(
                () -> target.deleteController("vhostblk0", false),
                "process 123 (qemu) is connected to controller vhostblk0: stop the VM or unplug the disk first, or use"
                        + " --force, which takes the disk away from the guest");
        SessionStatus invisible = new SessionStatus(0, 0, 0, 0, "", 0, 0, 1, 1, List.of());
        framework.sessions = List.of(invisible, invisible, invisible);
        assertRefused(
                () -> target.deleteController("vhostblk0", false),
                "a front-end and 2 more are connected to controller vhostblk0: stop the VM or unplug the disk first, or use"
                        + " --force, which takes the disk away from the guest");
        target.deleteController("vhostblk0", true);
        target.deleteBdev("Malloc0", false);
        assertThat(framework.configurations).isEmpty();
    }

    @Test
    void shouldTellOfSessionsThatOutliveTheirController() throws TargetException {
        target.createBdev("malloc", "Malloc0", SIZE);
        target.createController("blk", "vhostblk0", "Malloc0", Map.of());
        framework.sessions = List.of(new SessionStatus(0, 123, 0, 0, "qemu", 0, 0, 1, 1, List.of()));
        framework.sessionsStay = true;
        assertRefused(
                () -> target.deleteController("vhostblk0", true),
                "controller vhostblk0 is deleted, but 1 of its sessions have not ended after 0 s: look into the log");
        assertThat(framework.configurations).containsOnlyKeys(MALLOC0);
    }

    @Test
    void shouldDeleteABdevThatIsUsedOnlyByForce() throws TargetException {
        target.createBdev("malloc", "Malloc0", SIZE);
        target.createController("blk", "b", "Malloc0", Map.of());
        target.createController("blk", "a", "Malloc0", Map.of());
        assertRefused(
                () -> target.deleteBdev("Malloc0", false),
                "bdev Malloc0 is used by controllers a, b: delete those first with vhost:delete, or use --force:"
                        + " guests then get I/O errors until a bdev of that name is created");
        assertThat(framework.configurations).containsKey(MALLOC0);
        target.deleteBdev("Malloc0", true);
        assertThat(framework.configurations).doesNotContainKey(MALLOC0).hasSize(2);
        target.createBdev("malloc", "Malloc0", SIZE);
        assertThat(target.state().summary().text()).isEqualTo("1 bdev, 2 controllers listening");
    }

    @Test
    void shouldSayThatAControllerDoesNotLetGoOfADeletedBdev() throws TargetException {
        target.createBdev("malloc", "Malloc0", SIZE);
        target.createController("blk", "Stubborn0", "Malloc0", Map.of());
        assertRefused(
                () -> target.deleteBdev("Malloc0", true),
                "the bdev is deleted, but controller Stubborn0 still uses it after 0 s: try again later");
    }

    @Test
    void shouldLeaveOutOfAFileWhatCouldNotBeLoaded() throws TargetException, IOException {
        target.createBdev("malloc", "Malloc0", SIZE);
        target.createBdev("malloc", "Malloc1", SIZE);
        target.createController("blk", "vhostblk0", "Malloc0", Map.of());
        target.createController("blk", "vhostblk1", "Malloc1", Map.of());
        target.deleteBdev("Malloc0", true);
        List<String> omitted = new ArrayList<>();

        String saved = target.save(omitted::add);

        assertThat(omitted)
                .containsExactly("controller vhostblk0 is left out, because its bdev Malloc0 does not exist"
                        + " and the file could not be loaded: create the bdev or delete the controller");
        assertThat(saved).contains("vhostblk1").doesNotContain("vhostblk0");
        framework.configurations.clear();
        load(saved);
        assertThat(target.save()).isEqualTo(saved);
    }

    @Test
    void shouldLoadWhatItSavedWithoutTouchingAnything() throws TargetException, IOException {
        target.createBdev("malloc", "Malloc0", Map.of("size", "64MiB", "block_size", "4096"));
        target.createBdev("null", "Null0", SIZE);
        target.createController("blk", "vhostblk0", "Malloc0", Map.of("readonly", "true"));
        String saved = target.save();
        framework.history.clear();
        load(saved);
        assertThat(framework.history).isEmpty();
        assertThat(target.save()).isEqualTo(saved);
    }

    @Test
    void shouldReturnWhenAllHaveDealtWithAChange() throws TargetException, IOException {
        target.createBdev("malloc", "Malloc0", SIZE);
        assertThat(framework.barriers).containsExactly("[" + MALLOC0 + "]");
        target.createController("blk", "vhostblk0", "Malloc0", Map.of());
        assertThat(framework.barriers)
                .hasSize(2)
                .last()
                .isEqualTo("[" + MALLOC0 + ", io.hotbay.vhost.controller~vhostblk0]");
        load(target.save());
        assertThat(framework.barriers).as("nothing has changed").hasSize(2);
    }

    /** Somebody else looked at the component when its configuration came. */
    @Test
    void shouldTellOnceMoreWhatWasNotTakenAsItIs() throws TargetException, IOException {
        framework.mistakes = 1;
        target.createBdev("malloc", "Malloc0", SIZE);
        assertThat(framework.history).containsExactly("put " + MALLOC0, "put " + MALLOC0);
        framework.mistakes = 2;
        target.createController("blk", "vhostblk0", "Malloc0", Map.of());
        framework.mistakes = 1;
        target.configureBdev("Malloc0", Map.of("block_size", "4096"));
        framework.mistakes = 1;
        load("{'reactor': {'spin_us': 70}}");
        assertThat(framework.history).hasSize(2 + 3 + 2 + 2);
    }

    @Test
    void shouldTellOnlyOnceWhatIsTakenAsItIs() throws TargetException {
        target.createBdev("malloc", "Malloc0", SIZE);
        target.createController("blk", "vhostblk0", "Malloc0", Map.of("allowed_uids", "1,2"));
        assertThat(framework.history).hasSize(2);
    }

    @Test
    void shouldSayThatABdevDoesNotStartWhenItNeverTakesWhatItIsTold() {
        framework.mistakes = 1000;
        assertThatThrownBy(() -> target.createBdev("malloc", "Malloc0", SIZE))
                .hasMessageStartingWith("bdev Malloc0 did not start within");
        assertThat(framework.configurations).isEmpty();
    }

    @Test
    void shouldUpdateWhatDiffersAndKeepWhatOthersWrote() throws TargetException, IOException {
        target.createBdev("malloc", "Malloc0", SIZE);
        target.createBdev("null", "Null0", SIZE);
        framework.configurations.get(MALLOC0).put("felix.fileinstall.filename", "file:/x.cfg");
        framework.history.clear();
        load("{'bdevs': [{'type': 'malloc', 'name': 'Malloc0', 'size': '64MiB', 'block_size': 4096}],"
                + " 'reactor': {'spin_us': 70}}");
        assertThat(framework.history).containsExactly("put io.hotbay.reactor", "put " + MALLOC0);
        assertThat(framework.configurations.get(MALLOC0))
                .containsEntry("block_size", 4096)
                .containsEntry("felix.fileinstall.filename", "file:/x.cfg");
    }

    @Test
    void shouldComplainOfAFileUntilOneIsLoaded() throws TargetException, IOException {
        target.state().complain("the file is wrong");
        assertThatThrownBy(() -> load("{'bdevs': 1}")).isInstanceOf(TargetException.class);
        assertThat(target.state().complaint()).isEqualTo("the file is wrong");
        load("{'bdevs': []}");
        assertThat(target.state().complaint()).isEmpty();
    }

    @Test
    void shouldUndoEverythingWhenOneEntryOfAFileFails() throws TargetException {
        target.createBdev("malloc", "Malloc0", SIZE);
        String before = target.save();
        assertThatThrownBy(() ->
                        load("{'reactor': {'spin_us': 70}, 'bdevs': [{'type': 'null', 'name': 'Null0', 'size': '1M'},"
                                + " {'type': 'malloc', 'name': 'Malloc0', 'size': '1M'},"
                                + " {'type': 'null', 'name': 'Broken0', 'size': '1M'}]}"))
                .hasMessageEndingWith("t.json: bdev Broken0: no room for it");
        assertThat(target.save()).isEqualTo(before);
    }

    @Test
    void shouldApplyNothingOfAFileWithAMistake() {
        assertThatThrownBy(() -> load("{'bdevs': [{'type': 'null', 'name': 'Null0', 'size': '1M'},"
                        + " {'type': 'null', 'name': 'a b', 'size': '1M'}]}"))
                .hasMessageContaining("t.json: bdevs[1].name \"a b\" is not possible");
        assertThat(framework.history).isEmpty();
    }

    @Test
    void shouldBeginAnewWithABdevThatFailedBefore() throws TargetException, IOException {
        framework.configurations.put(
                "io.hotbay.bdev.null~x",
                Map.of(
                        "service.pid", "io.hotbay.bdev.null~x",
                        "service.factoryPid", "io.hotbay.bdev.null",
                        "hotbay.bdev.name", "Broken1",
                        "size", "1M"));
        assertThatThrownBy(() -> load("{'bdevs': [{'type': 'null', 'name': 'Broken1', 'size': '2M'}]}"))
                .hasMessageEndingWith("bdev Broken1: no room for it");
        assertThat(framework.history)
                .containsExactly(
                        "delete io.hotbay.bdev.null~x",
                        "put io.hotbay.bdev.null~Broken1",
                        "delete io.hotbay.bdev.null~Broken1",
                        "put io.hotbay.bdev.null~Broken1");
        assertThat(target.save()).contains("\"size\": \"1M\"");
    }

    @Test
    void shouldSayThatAFileDoesNotExist() {
        assertRefused(
                () -> target.load(Path.of("/nowhere/t.json")), "configuration file /nowhere/t.json does not exist");
    }

    @Test
    void shouldSummariseWhatListensAndWhatDoesNot() throws TargetException {
        target.createBdev("malloc", "Malloc0", SIZE);
        target.createController("blk", "vhostblk0", "Malloc0", Map.of());
        assertThat(target.state().summary().text()).isEqualTo("1 bdev, 1 controller listening");
        framework.configurations.put(
                "io.hotbay.vhost.controller~Broken0",
                Map.of(
                        "service.pid", "io.hotbay.vhost.controller~Broken0",
                        "service.factoryPid", "io.hotbay.vhost.controller",
                        "hotbay.controller.name", "Broken0"));
        assertThat(target.state().summary().complete()).isFalse();
        assertThat(target.state().summary().text()).endsWith("1 of 2 controllers listening; Broken0: no room for it");
    }

    @Test
    void shouldTellWhatHasBecomeOfEverythingThatIsConfigured() throws TargetException {
        target.createBdev("malloc", "Malloc0", SIZE);
        target.createController("blk", "vhostblk0", "Malloc0", Map.of());
        framework.configurations.put(
                "io.hotbay.bdev.null~Broken0",
                Map.of(
                        "service.pid", "io.hotbay.bdev.null~Broken0",
                        "service.factoryPid", "io.hotbay.bdev.null",
                        "hotbay.bdev.name", "Broken0"));
        assertThat(target.configured())
                .containsExactly(
                        new ConfiguredStatus(Kind.BDEV, "Broken0", "null", State.FAILED, "no room for it"),
                        new ConfiguredStatus(Kind.BDEV, "Malloc0", "malloc", State.RUNNING, ""),
                        new ConfiguredStatus(Kind.CONTROLLER, "vhostblk0", "blk", State.RUNNING, ""));
    }

    private void load(String json) throws TargetException, IOException {
        target.load(Files.writeString(directory.resolve("t.json"), json.replace('\'', '"')));
    }

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(TargetException.class).hasMessage(message);
    }
}
