// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hotbay's process, as it is delivered. */
class HotbayGuestTest extends GuestContract {
    private static final int ROUNDS = 3;
    private static final List<String> BUNDLES = List.of("bdev-malloc", "virtio-blk", "vhost-user");

    private HotbayTarget hotbay;
    private WorkDirectory directory;
    private Logs logs;

    @Override
    List<String> missing() {
        return missingForHotbay();
    }

    static List<String> missingForHotbay() {
        List<String> missing = new ArrayList<>(Prerequisites.missing());
        Settings.home()
                .ifPresentOrElse(
                        home -> missing.addAll(HotbayTarget.missing(home)),
                        () -> missing.add(Settings.HOME + " is not set: name an unpacked distribution"));
        return missing;
    }

    @Override
    Target createTarget(WorkDirectory work, Logs kept) {
        directory = work;
        logs = kept;
        hotbay = new HotbayTarget(Settings.home().orElseThrow(), work, kept);
        return hotbay;
    }

    @Test
    void shouldListItsControllersOnTheCommandLine() {
        JobResult result = hotbay.exec("vhost:list");

        assertThat(result.status()).as(result.output()).isZero();
        assertThat(result.output()).contains("vhostblk0", "vhostblk1", "Malloc0", "Malloc1");
    }

    @Test
    void shouldBeFoundByItsDeviceNumbersAndPluggedAsKataDoes() throws IOException {
        KataLookup lookup = new KataLookup(hotbay.kataStore());
        Path node = hotbay.kataStore().resolve("block/devices/vhostblk1");
        skipUnless(Settings.required(), missingNode(node));
        assertThat(KataLookup.major(node)).isEqualTo(KataLookup.BLOCK_MAJOR);

        Path socket =
                lookup.socket(KataLookup.BLOCK_MAJOR, KataLookup.minor(node)).orElseThrow();

        assertThat(socket).isEqualTo(hotbay.spare().socket());
        new HotplugJob(guest(), hotbay.spare(), socket).cycles(3, HotplugSlot.PCI_BRIDGE);
    }

    @Test
    void shouldReplaceItsBundlesUnderVerifiedWrites() {
        BackgroundLoad load = job().startsWritingAndVerifying();
        for (int round = 0; round < ROUNDS; round++) {
            for (String bundle : BUNDLES) {
                hotbay.change("deploy:update --safe " + bundle);
                load.checkRunning(guest());
            }
        }
        // no limit: an emulated guest takes its own time, whatever the target does
        load.stop(guest()).forEach(line -> System.out.println("fio while bundles were replaced:" + line));

        int swaps = ROUNDS * BUNDLES.size();
        assertThat(hotbay.exec("deploy:history -n " + swaps).output().lines())
                .filteredOn(line -> line.contains("io.hotbay."))
                .hasSize(swaps)
                .allMatch(line -> line.strip().endsWith("done"));
        job().hasSeenNoErrors();
    }

    @Test
    void shouldServeADiskOfABackendThatIsDroppedMeanwhile() {
        skipUnless(
                Settings.required(),
                Settings.template().isPresent()
                        ? List.of()
                        : List.of(Settings.TEMPLATE + " does not name a bundle: build itest/template"));
        new NewBackendJob(guest(), hotbay, logs).reads(Settings.template().orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldServeAFile(boolean direct) {
        new FileDiskJob(guest(), hotbay, directory.path()).usesAFile(direct);
    }

    @Test
    void shouldServeALoopDevice() {
        skipUnless(Settings.required(), FileDiskJob.missingForLoopDevices());
        new FileDiskJob(guest(), hotbay, directory.path()).usesALoopDevice();
    }

    private static List<String> missingNode(Path node) {
        return Files.exists(node)
                ? List.of()
                : List.of(node + " does not exist: making it takes CAP_MKNOD, run as root");
    }

    @Override
    void checkLeftovers() throws IOException {
        assertThat(new KataLookup(hotbay.kataStore()).nodes())
                .as("device nodes")
                .isEmpty();
    }
}
