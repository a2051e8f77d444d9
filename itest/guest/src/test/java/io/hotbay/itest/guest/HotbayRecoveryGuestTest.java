// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * What a guest lives through that its target is killed, replaced, changed or taken away under, and that is migrated. One guest serves all tests, each of
 * which goes on where the one before has left it; its first disk has split rings, its second one packed rings.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HotbayRecoveryGuestTest {
    private static final int KILLS = 20;
    private static final int UPGRADES = 2;

    private Logs logs;
    private WorkDirectory work;
    private GuestImage image;
    private HotbayTarget hotbay;
    private Guest guest;
    private GuestJob split;
    private GuestJob packed;

    @BeforeAll
    void boot() {
        GuestContract.skipUnless(Settings.required(), HotbayGuestTest.missingForHotbay());
        logs = new Logs(Settings.logDirectory(getClass().getSimpleName()));
        work = WorkDirectory.create();
        image = GuestImage.in(Settings.imageDirectory());
        hotbay = new HotbayTarget(Settings.home().orElseThrow(), work, logs);
        hotbay.start();
        use(Guest.boot("source", image, options(hotbay.disk(), hotbay.spare()), work, logs));
    }

    private static GuestOptions options(Disk first, Disk second) {
        return GuestOptions.standard()
                .withDisk(BootDisk.of(first.socket()).reconnecting())
                .withDisk(BootDisk.of(second.socket()).reconnecting().with("packed=on"));
    }

    private void use(Guest running) {
        guest = running;
        split = new GuestJob(guest, hotbay.disk(), "vda");
        packed = new GuestJob(guest, hotbay.spare(), "vdb");
    }

    @AfterAll
    void end() {
        try (WorkDirectory lastly = work;
                HotbayTarget then = hotbay;
                Guest first = guest) {
            // Nothing: they are closed in this order from the bottom up, each of them whatever the others do.
        }
    }

    @Test
    @Order(1)
    void shouldLoseNothingWhenTheTargetIsKilled() throws InterruptedException {
        List<BackgroundLoad> loads = List.of(split.startsWritingAndVerifying(), packed.startsWritingAndVerifying());

        new KillJob(guest, hotbay, List.of("disk0", "disk1"), logs).kills(KILLS);

        loads.forEach(load -> load.stop(guest));
        split.hasSeenNoErrors();
    }

    @Test
    @Order(2)
    void shouldStayConnectedWhenTheProcessIsReplaced() {
        List<BackgroundLoad> loads = List.of(split.startsWritingAndVerifying(), packed.startsWritingAndVerifying());

        new UpgradeJob(guest, hotbay, List.of(split, packed)).upgrades(UPGRADES);

        loads.forEach(load -> load.stop(guest));
        split.hasSeenNoErrors();
    }

    @Test
    @Order(3)
    void shouldTellTheGuestOfAnotherSize() {
        ResizeJob disk = new ResizeJob(guest, hotbay, "Malloc0", "vda");
        BackgroundLoad load = split.startsWritingAndVerifying();

        disk.grows(64, 80);
        disk.shrinks(48);
        disk.changesWhilePaused(64);

        load.stop(guest);
        split.hasSeenNoErrors();
    }

    @Test
    @Order(4)
    void shouldLogWhatItWritesIntoMemoryThatIsCopied() throws IOException {
        MigrationJob job = new MigrationJob(guest, "vda");
        BackgroundLoad reads = job.startsReadingMarkedPages();

        try (Machine copy = guest.copy("copy", image, twins(), work)) {
            job.haveTheSameMarkedPages(guest.machine(), copy);
        }

        guest.machine().resume();
        reads.stop(guest);
        split.hasSeenNoErrors();
    }

    @Test
    @Order(5)
    void shouldServeAGuestThatIsMigratedUnderLoad() {
        List<BackgroundLoad> loads = List.of(split.startsWritingAndVerifying(), packed.startsWritingAndVerifying());

        try (Guest source = guest) {
            use(source.move("destination", image, twins(), work));
        }

        loads.forEach(load -> load.stop(guest));
        split.verifiesAFewWrites();
        packed.verifiesAFewWrites();
        split.hasSeenNoErrors();
    }

    private GuestOptions twins() {
        return options(hotbay.twin(hotbay.disk()), hotbay.twin(hotbay.spare()));
    }

    @Test
    @Order(6)
    void shouldTellTheGuestOfASizeThatHasChangedWhileItBoots() {
        new ResizeJob(guest, hotbay, "Malloc0", "vda").changesWhileReset(80);
        split.verifiesAFewWrites();
        packed.verifiesAFewWrites();
        split.hasSeenNoErrors();
    }

    @Test
    @Order(7)
    void shouldWorkAgainAfterItsControllerWasRemoved() {
        new RemovalJob(guest, hotbay, "vdb")
                .losesItsController(hotbay.twin(hotbay.spare()), "Malloc1", "packed_ring=true");
        packed.verifiesAFewWrites();
        split.hasSeenNoErrors();
    }

    @Test
    @Order(8)
    void shouldWorkAgainAfterItsBdevWasRemoved() {
        new RemovalJob(guest, hotbay, "vda").losesItsBdev("Malloc0", 64, 4096);
        split.verifiesAFewWrites();
        packed.verifiesAFewWrites();
        assertThat(hotbay.exec("vhost:list").output()).contains("twin0");
        hotbay.checkAlive();
    }
}
