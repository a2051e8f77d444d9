// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** What every target has to do for a guest. One guest serves all tests; the tests on hugepages boot the second and last one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class GuestContract {
    private static final int LATE = Order.DEFAULT + 1;
    private static final int HUGEPAGES = LATE + 100;
    private static final int LAST = HUGEPAGES + 100;

    private static final Duration FIRMWARE = Settings.timeout(120);

    private Logs logs;
    private WorkDirectory work;
    private GuestImage image;
    private Target target;
    private Guest guest;
    private GuestJob job;

    /** The target to test, not started. */
    abstract Target createTarget(WorkDirectory work, Logs logs);

    /** What is missing on this machine to test it, one line each. */
    List<String> missing() {
        return Prerequisites.missing();
    }

    /** Fails when the target has left something behind after it was stopped. */
    abstract void checkLeftovers() throws IOException;

    final Guest guest() {
        return guest;
    }

    final GuestJob job() {
        return job;
    }

    @BeforeAll
    void boot() {
        skipUnless(Settings.required(), missing());
        logs = new Logs(Settings.logDirectory(getClass().getSimpleName()));
        work = WorkDirectory.create();
        image = GuestImage.in(Settings.imageDirectory());
        target = createTarget(work, logs);
        target.start();
        bootGuest("memfd", GuestOptions.standard());
    }

    /** Skips a test that something is missing for, or fails it when it may not be skipped. */
    static void skipUnless(boolean required, List<String> missing) {
        if (missing.isEmpty()) {
            return;
        }
        String reason = String.join("; ", missing);
        if (required) {
            fail(reason);
        }
        // Surefire does not tell of a whole class that is skipped.
        System.out.println("skipped: " + reason);
        abort(reason);
    }

    private void bootGuest(String name, GuestOptions options) {
        guest = Guest.boot(
                name, image, options.withDisk(BootDisk.of(target.disk().socket())), work, logs);
        job = new GuestJob(guest, target.disk(), "vda");
    }

    @AfterAll
    void end() {
        try (WorkDirectory lastly = work;
                Target then = target;
                Guest first = guest) {
            // Nothing: they are closed in this order from the bottom up, each of them whatever the others do.
        }
    }

    @Test
    void shouldShowTheDiskAsConfigured() {
        job.seesTheDiskAsConfigured();
    }

    @Test
    void shouldTellItsSerialNumber() {
        job.readsTheSerialNumber();
    }

    @Test
    void shouldServeTheCopyOfTheKataGuide() {
        job.copiesWithDd();
    }

    @Test
    void shouldKeepRandomWritesOverAllQueues() {
        job.verifiesRandomWritesOverAllQueues();
    }

    @Test
    void shouldKeepWritesOfMixedSizes() {
        job.verifiesWritesOfMixedSizes();
    }

    @Test
    void shouldKeepAFileSystem() {
        job.keepsAFileSystem();
    }

    @Test
    void shouldDiscardAndZero() {
        job.discardsAndZeroes();
    }

    @Test
    void shouldLetTheGuestSwitchTheWriteCache() {
        job.switchesTheWriteCache();
    }

    @Test
    void shouldSurviveStopAndContinueUnderLoad() {
        job.survivesStopAndContinue();
    }

    @Test
    void shouldBePluggedIntoABridgeAndUnpluggedThreeTimes() {
        new HotplugJob(guest, target.spare()).cycles(3, HotplugSlot.PCI_BRIDGE);
    }

    @Test
    void shouldBePluggedIntoARootPort() {
        new HotplugJob(guest, target.spare()).cycles(1, HotplugSlot.ROOT_PORT);
    }

    @Test
    @Order(LATE)
    void shouldHaveCausedNoErrors() {
        job.hasSeenNoErrors();
    }

    @Test
    @Order(LATE + 1)
    void shouldKeepItsDataWhenTheMachineIsReset() {
        job.survivesAReset();
        job.seesTheDiskAsConfigured();
        job.hasSeenNoErrors();
    }

    @Test
    @Order(LATE + 2)
    void shouldBootAMachineAndBootItAgainAfterAReset() {
        String token = "Booted " + UUID.randomUUID();
        new HotplugJob(guest, target.spare()).writes(BootSector.printing(token), HotplugSlot.PCI_BRIDGE);
        GuestOptions options = GuestOptions.standard()
                .withMemory(128)
                .withDisk(BootDisk.of(target.spare().socket()).with("bootindex=0"));

        try (Machine machine = Machine.start("firmware", options, List.of(), work, logs)) {
            machine.awaitConsole(token, 1, FIRMWARE);
            machine.reset();
            machine.awaitConsole(token, 2, FIRMWARE);
        }
    }

    @Test
    @Order(HUGEPAGES)
    void shouldServeAGuestOnHugepages() {
        // Here and not in a class of its own: the target stays, only the guest is another.
        try (Hugepages hugepages = Hugepages.forGuest(GuestOptions.standard(), work)) {
            skipUnless(Settings.hugepagesRequired(), hugepages.missing());
            guest.close();
            bootGuest("hugetlbfs", GuestOptions.standard().withHugepages(hugepages.mountPoint()));
            // The guest has to be gone before its pages are unmounted.
            try (Guest onHugepages = guest) {
                assertThat(hugepages.used())
                        .as("huge pages the guest has taken")
                        .isGreaterThanOrEqualTo(hugepages.wanted());
                job.copiesWithDd();
                job.verifiesAFewWrites();
                job.hasSeenNoErrors();
            }
        }
    }

    @Test
    @Order(LAST)
    void shouldStopWell() throws IOException {
        target.checkAlive();
        guest.close();
        target.stop();
        assertThat(target.disk().socket()).doesNotExist();
        assertThat(target.spare().socket()).doesNotExist();
        checkLeftovers();
    }
}
