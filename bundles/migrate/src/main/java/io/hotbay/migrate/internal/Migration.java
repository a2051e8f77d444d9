// SPDX-License-Identifier: Apache-2.0
package io.hotbay.migrate.internal;

import io.hotbay.bdev.BlockDevice;
import io.hotbay.target.BdevSuccession;
import io.hotbay.target.MigrationStatus;
import io.hotbay.target.MigrationStatus.State;
import io.hotbay.target.PauseSum;
import io.hotbay.target.TargetException;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.ServiceReference;
import org.osgi.service.log.Logger;

/**
 * One migration, from the mirror's registration to the end, on a thread of its own. Whatever ends it, guests let go of the mirror
 * first, then this thread of both disks, then the destination goes; only the switch lets the source go instead.
 */
final class Migration {
    /** How long guests may take to let go of a disk; the transport gives requests up sooner. */
    private static final long RELEASE_MILLIS = 15_000;

    /** What may be left to copy while nobody uses the disk, in bytes. */
    private static final long LAST_BYTES = 4 << 20;

    private static final String BEGIN_AGAIN = "; begin again with bdev:migrate when it is back";

    private final MigrationPlan plan;
    private final BdevSuccession succession;
    private final Disks disks;
    private final BdevUsers users;
    private final Runnable changed;
    private final Logger logger;
    private final Regions regions;
    private final Mirror mirror;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;
    private final long start = System.nanoTime();
    private final long startMillis = System.currentTimeMillis();

    private ServiceReference<BlockDevice> source;
    private final ServiceReference<BlockDevice> destination;
    private volatile long copied;
    private volatile long nanos;
    private volatile State state = State.COPYING;
    private volatile String reason = "";
    /** Known when it is over: controllers do not remember theirs for ever. */
    private volatile PauseSum pauses;

    private String trouble;
    private boolean using;

    /**
     * Prepares one; {@link #begin} starts it.
     *
     * @param plan what was asked for
     * @param source has been found fit
     * @param destination has been found fit
     * @param changed called when it begins, switches and ends
     */
    Migration(
            MigrationPlan plan,
            BdevSuccession succession,
            Disks disks,
            BdevUsers users,
            ServiceReference<BlockDevice> source,
            ServiceReference<BlockDevice> destination,
            Runnable changed,
            Logger logger) {
        this.plan = plan;
        this.succession = succession;
        this.disks = disks;
        this.users = users;
        this.source = source;
        this.destination = destination;
        this.changed = changed;
        this.logger = logger;
        BlockDevice from = disks.get(source);
        long bytes = from.blocks() * from.blockSize();
        regions = new Regions(bytes, MigrationPlan.regionShift(bytes));
        mirror = new Mirror(from, disks.get(destination), regions, this::fail);
        thread = new Thread(this::run, "hotbay-migrate-" + plan.bdev());
        thread.setDaemon(true);
    }

    String bdev() {
        return plan.bdev();
    }

    /** Puts the mirror in front of guests and begins to copy. */
    void begin() {
        disks.stand(mirror, source, plan.sourceType(), this::leaves, this::properties);
        logger.info("bdev {}: is migrated from {} to {}", plan.bdev(), plan.sourceType(), plan.destinationType());
        changed.run();
        thread.start();
    }

    // ---- on its own thread

    private void run() {
        try {
            if (copyMost()) {
                enterSwitch();
                changed.run();
                succession.switchOver(plan.bdev(), this::lastCopy);
                nanos = System.nanoTime() - start;
                logger.info("bdev {}: is a {} bdev now", plan.bdev(), plan.destinationType());
                end(State.DONE, "");
                return;
            }
        } catch (IOException | TargetException | RuntimeException e) {
            fail(e.getMessage() == null ? e.toString() : e.getMessage());
        }
        giveUp();
    }

    private boolean copyMost() throws IOException {
        int few = (int) Math.max(1, LAST_BYTES / regions.length(0));
        use();
        try (Copier copier = new Copier(disks.get(source), disks.get(destination), regions)) {
            if (!copier.copy(few, this::pace)) {
                return false;
            }
            // most of it now, so that little has to be flushed while guests wait
            copier.flush();
            return copier.copy(few, this::pace);
        } finally {
            release();
        }
    }

    private boolean pace(long bytes) throws IOException {
        copied += bytes;
        nanos = System.nanoTime() - start;
        try {
            if (plan.rate() > 0) {
                long due = (long) (copied * 1e9 / plan.rate());
                stop.await(due - nanos, TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            throw new IOException("it was interrupted", e);
        }
        return stop.getCount() > 0;
    }

    private synchronized void enterSwitch() throws IOException {
        if (stop.getCount() == 0) {
            throw new IOException(trouble == null ? "called off" : trouble);
        }
        state = State.SWITCHING;
    }

    /** Nobody can come to the bdev any more: the little that is left is copied. */
    private void lastCopy() throws IOException {
        closeMirror();
        use();
        source = disks.find(plan.sourcePid());
        try (Copier copier = new Copier(disks.get(source), disks.get(destination), regions)) {
            copier.copy(0, bytes -> stop.getCount() > 0);
            copier.flush();
        } finally {
            release();
        }
        synchronized (this) {
            if (trouble != null) {
                throw new IOException(trouble);
            }
        }
    }

    private void giveUp() {
        String left = plan.leftover();
        try {
            closeMirror();
            // that it leaves now is no trouble
            disks.forget(mirror);
            succession.abandon(plan.bdev());
        } catch (IOException | TargetException | RuntimeException e) {
            left = "; its destination could not be deleted: " + e.getMessage();
        }
        String why;
        synchronized (this) {
            why = trouble;
        }
        if (why == null) {
            logger.info("bdev {}: its migration was called off{}", plan.bdev(), left);
            end(State.CANCELLED, "");
            return;
        }
        String text = "bdev " + plan.bdev() + " stays a " + plan.sourceType() + " bdev, its migration has failed: "
                + why + left;
        logger.error("{}", text);
        end(State.FAILED, text);
    }

    private void end(State last, String why) {
        disks.forget(mirror);
        if (last != State.FAILED) {
            users.awaitServing(plan.bdev());
        }
        pauses = users.pausesSince(plan.bdev(), startMillis);
        reason = why;
        state = last;
        changed.run();
    }

    /** Has guests let go of the disks; they wait, or go on with whatever has the bdev's name now. */
    private void closeMirror() throws IOException {
        disks.withdraw(mirror);
        try {
            if (!mirror.close(RELEASE_MILLIS)) {
                throw new IOException("its users do not let go of it");
            }
        } catch (InterruptedException e) {
            throw new IOException("it was interrupted", e);
        }
    }

    // ---- any thread

    private synchronized void use() throws IOException {
        if (trouble != null) {
            throw new IOException(trouble);
        }
        using = true;
    }

    private synchronized void release() {
        using = false;
        notifyAll();
    }

    /** One of the disks failed or left: it stops. Does not wait. */
    private synchronized void fail(String why) {
        if (trouble == null) {
            trouble = why;
        }
        stop.countDown();
    }

    /** The size of the source may be another one now. */
    private void properties(ServiceReference<BlockDevice> reference) {
        if (reference.equals(source) && state == State.COPYING) {
            BlockDevice now = disks.get(reference);
            if (now != null && now.blocks() * now.blockSize() != regions.bytes()) {
                fail("its size was changed meanwhile");
            }
        }
    }

    /** A disk leaves; when this returns nothing of the migration uses it. */
    private void leaves(ServiceReference<BlockDevice> reference) {
        boolean isSource = reference.equals(source);
        if (!isSource && !reference.equals(destination)) {
            return;
        }
        if (!isSource || state == State.COPYING) {
            fail("its " + (isSource ? "source" : "destination")
                    + " has left, because its bundle was stopped or replaced or its configuration deleted"
                    + BEGIN_AGAIN);
        }
        try {
            closeMirror();
            awaitReleased();
        } catch (IOException e) {
            logger.error("bdev {}: {}", plan.bdev(), e.getMessage());
        }
    }

    private synchronized void awaitReleased() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(RELEASE_MILLIS);
        try {
            while (using && Thread.currentThread() != thread) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    throw new IOException("what is being copied does not end");
                }
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Calls it off.
     *
     * @return false if it is too late
     */
    synchronized boolean cancel() {
        if (state != State.COPYING) {
            return false;
        }
        stop.countDown();
        return true;
    }

    /** The bundle stops: it is given up, or comes to its end if it is all but over. */
    synchronized void leave() {
        if (state == State.COPYING) {
            fail("its bundle io.hotbay.migrate, or one that this needs, was stopped or replaced" + BEGIN_AGAIN);
        }
    }

    /** Waits for its end, not for ever. */
    void awaitEnd() {
        try {
            thread.join(4 * RELEASE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    MigrationStatus status() {
        State now = state;
        long done = now == State.DONE ? regions.bytes() : regions.done();
        PauseSum known = pauses;
        long rate = nanos == 0 ? 0 : (long) (copied * 1e9 / nanos);
        return new MigrationStatus(
                plan.bdev(),
                plan.sourceType(),
                plan.destinationType(),
                now,
                regions.bytes(),
                done,
                rate,
                rate == 0 ? -1 : (regions.bytes() - done) * 1000 / rate,
                reason,
                known == null ? users.pausesSince(plan.bdev(), startMillis) : known);
    }
}
