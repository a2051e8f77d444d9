// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * Runs a disk through a front-end's whole life: handshake, start, every type of request in every layout, stop, restart,
 * reconnect. What it finds wrong it throws as an {@link AssertionError}, so it serves in tests of any kind:
 *
 * <pre>
 *   &#64;ParameterizedTest
 *   &#64;EnumSource(FrontendProfile.class)
 *   void shouldServeAnyFrontEnd(FrontendProfile profile) throws IOException {
 *       new FrontendConformance(socket, Expectations.of(64 &lt;&lt; 20, 4096, 2)).run(profile);
 *   }
 * </pre>
 */
public final class FrontendConformance {
    /** How long a paused ring is watched for completions that must not come. */
    private static final int PAUSE_MILLIS = 50;
    /** How long a new connection may take. */
    private static final int RECONNECT_MILLIS = 10_000;

    private static final long HOTPLUG_SIZE = 1 << 20;

    /** They want the log's description back, where libvhost-user sends a figure. */
    private static final Set<FrontendProfile> WANT_LOG_ECHOED =
            EnumSet.of(FrontendProfile.CLOUD_HYPERVISOR, FrontendProfile.CLOUD_HYPERVISOR_46);

    private final Path socket;
    private final Expectations expectations;
    private SessionOptions options = SessionOptions.DEFAULT;

    /** Makes a check of the disk behind a socket; the disk's content is overwritten. */
    public FrontendConformance(Path socket, Expectations expectations) {
        this.socket = socket;
        this.expectations = expectations;
    }

    /** Uses other options; the number of queues is that of the expectations all the same. */
    public FrontendConformance with(SessionOptions other) {
        options = other;
        return this;
    }

    /** Runs the life of one front-end. */
    public void run(FrontendProfile profile) throws IOException {
        Expectations wanted = expectations.withQueues(Math.min(expectations.queues(), profile.mostQueues()));
        SessionOptions used = options.withQueues(wanted.queues());
        try (FrontendSession session = profile.connect(socket, used)) {
            checkConfig(profile, session);
            session.start();
            BlockExercise exercise = new BlockExercise(profile.name(), session, wanted);
            exercise.runAll();
            pause(profile, session, exercise);
            switchWriteCache(profile, session, exercise);
            logWrites(profile, session, exercise);
            hotplug(profile, session, exercise);
            reconnect(profile, session, exercise);
            snapshot(profile, session, exercise);
            stop(profile, session);
            if (profile.restartManner() != RestartManner.RECONNECTS) {
                restart(profile, session, exercise);
            }
        }
        connectAnew(profile, used, wanted);
    }

    private void checkConfig(FrontendProfile profile, FrontendSession session) {
        BlockConfig config = session.config();
        Check.equal(profile.name() + ": capacity in sectors", expectations.sectors(), config.capacity());
        if (session.has(DeviceFeatures.BLK_SIZE)) {
            Check.equal(profile.name() + ": blk_size", expectations.blockSize(), config.blockSize());
        }
        if (session.has(DeviceFeatures.MQ)) {
            Check.that(
                    config.numQueues() >= expectations.queues(),
                    profile.name() + ": num_queues is " + config.numQueues() + ", fewer than " + expectations.queues());
        }
        Check.equal(
                profile.name() + ": RO offered",
                expectations.readOnly(),
                (session.offeredFeatures() & DeviceFeatures.RO) != 0);
    }

    private static void stop(FrontendProfile profile, FrontendSession session) throws IOException {
        session.stop();
        if (profile == FrontendProfile.SPDK || profile.restartManner() != RestartManner.RECONNECTS) {
            for (FrontendQueue queue : session.queues()) {
                Check.equal(
                        profile.name() + ": base of stopped ring " + queue.index(),
                        queue.ring().position(),
                        queue.base());
            }
        }
    }

    private static void restart(FrontendProfile profile, FrontendSession session, BlockExercise exercise)
            throws IOException {
        session.restart();
        exercise.verifyMarks();
        exercise.runShort();
        stop(profile, session);
        session.reset();
        exercise.verifyMarks();
        exercise.runShort();
        stop(profile, session);
    }

    private void connectAnew(FrontendProfile profile, SessionOptions used, Expectations wanted) throws IOException {
        try (FrontendSession session = profile.open(socket, used)) {
            BlockExercise exercise = new BlockExercise(profile.name() + " again", session, wanted);
            exercise.verifyMarks();
            session.stop();
        }
    }

    /** A ring that is disabled stays as it is, and takes up its work when it is enabled. */
    private void pause(FrontendProfile profile, FrontendSession session, BlockExercise exercise) throws IOException {
        if (!session.canPause()) {
            return;
        }
        session.enableQueues(false);
        BlockQueue queue = session.queues().get(0).blocks();
        long buffer = session.memory().allocate(expectations.blockSize(), BlockDriver.SECTOR);
        int tag = queue.submit(BlockRequestType.IN, 0, buffer, expectations.blockSize());
        queue.flush();
        if (!expectations.libvhostUser()) {
            Check.that(
                    queue.staysIdle(PAUSE_MILLIS),
                    profile.name() + ": a request was completed although its ring is disabled");
        }
        session.enableQueues(true);
        Check.equal(profile.name() + ": request made while the ring was disabled", tag, queue.await());
        Check.equal(profile.name() + ": its status", BlockRequestType.OK, queue.status(tag));
        exercise.runShort();
    }

    private void logWrites(FrontendProfile profile, FrontendSession session, BlockExercise exercise)
            throws IOException {
        boolean understood = !expectations.libvhostUser() || !WANT_LOG_ECHOED.contains(profile);
        if (!session.canLog() || !understood) {
            return;
        }
        try (DirtyLogExercise log = new DirtyLogExercise(profile.name(), session)) {
            log.run();
            if (!expectations.libvhostUser()) {
                log.runBeyondEnd();
            }
        }
        exercise.runShort();
    }

    /** Memory comes while the rings run, is used, and goes again where the front-end does that. */
    private void hotplug(FrontendProfile profile, FrontendSession session, BlockExercise exercise) throws IOException {
        if (!session.canHotplug()) {
            return;
        }
        FrontendRegion region = session.hotplug(HOTPLUG_SIZE);
        long far = session.memory().allocate(region, expectations.blockSize(), BlockDriver.SECTOR);
        readInto(profile, session, far);
        exercise.runShort();
        if (session.canUnplug()) {
            session.unplug(region);
            exercise.runShort();
        }
    }

    private void readInto(FrontendProfile profile, FrontendSession session, long buffer) throws IOException {
        for (FrontendQueue queue : session.queues()) {
            int tag = queue.blocks().submit(BlockRequestType.IN, 0, buffer, expectations.blockSize());
            queue.blocks().flush();
            Check.equal(
                    profile.name() + ": read into memory added later",
                    tag,
                    queue.blocks().await());
            Check.equal(
                    profile.name() + ": its status",
                    BlockRequestType.OK,
                    queue.blocks().status(tag));
        }
    }

    /** The connection is lost while the rings run and nothing is in flight: the guest does not notice. */
    private void reconnect(FrontendProfile profile, FrontendSession session, BlockExercise exercise)
            throws IOException {
        // Without a base libvhost-user begins at the ring's first entry again.
        boolean understood = !expectations.libvhostUser() || profile != FrontendProfile.DRAGONBALL;
        if (!profile.canReconnect() || !understood) {
            return;
        }
        session.disconnect();
        session.reconnect(RECONNECT_MILLIS);
        exercise.verifyMarks();
        exercise.runShort();
    }

    /** Saved on one connection and restored on the next: rings go on where they were, and the device is as it was set. */
    private static void snapshot(FrontendProfile profile, FrontendSession session, BlockExercise exercise)
            throws IOException {
        if (!session.canSnapshot()) {
            return;
        }
        byte[] config = session.connection().getConfig(0, BlockConfig.SIZE_WITH_QUEUES, 0);
        byte[] state = session.snapshot();
        session.disconnect();
        session.restore(state);
        byte[] restored = session.connection().getConfig(0, BlockConfig.SIZE_WITH_QUEUES, 0);
        Check.that(
                Arrays.equals(config, restored),
                profile.name() + ": the configuration space is not what it was when the snapshot was taken");
        exercise.verifyMarks();
        exercise.runShort();
    }

    private void switchWriteCache(FrontendProfile profile, FrontendSession session, BlockExercise exercise)
            throws IOException {
        if (!session.has(DeviceFeatures.CONFIG_WCE) || expectations.readOnly()) {
            return;
        }
        for (byte setting : new byte[] {0, 1}) {
            session.connection().setConfig(BlockConfig.WRITEBACK, 0, new byte[] {setting});
            byte[] content = session.connection().getConfig(0, BlockConfig.SIZE_WITH_QUEUES, 0);
            Check.equal(profile.name() + ": write cache", setting != 0, new BlockConfig(content).writeback());
            exercise.runShort();
        }
    }
}
