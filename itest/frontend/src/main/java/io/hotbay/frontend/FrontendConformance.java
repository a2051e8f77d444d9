// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

import java.io.IOException;
import java.nio.file.Path;

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
            stop(profile, session);
            if (profile.restartManner() != RestartManner.RECONNECTS) {
                restart(profile, session, exercise);
            }
        }
        reconnect(profile, used, wanted);
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
                        queue.ring().availableIndex(),
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

    private void reconnect(FrontendProfile profile, SessionOptions used, Expectations wanted) throws IOException {
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
        if (expectations.pausesDisabledRings()) {
            Check.that(
                    queue.staysIdle(PAUSE_MILLIS),
                    profile.name() + ": a request was completed although its ring is disabled");
        }
        session.enableQueues(true);
        Check.equal(profile.name() + ": request made while the ring was disabled", tag, queue.await());
        Check.equal(profile.name() + ": its status", BlockRequestType.OK, queue.status(tag));
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
