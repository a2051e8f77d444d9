// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import io.hotbay.bdev.BlockChannel;
import io.hotbay.bdev.BlockDevice;
import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;
import io.hotbay.bdev.IoCounters;
import io.hotbay.memory.GuestMemory;
import io.hotbay.virtio.DeviceQueue;
import io.hotbay.virtio.Virtqueue;
import java.io.IOException;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * A request queue: takes chains from its ring, hands them to the bdev as one batch a poll, and answers those that are done. The head
 * of a chain is the slot of its block request, so a request has no other state than the place of its status byte.
 */
final class BlkQueue implements DeviceQueue {
    /** Chains taken in one poll, so that other queues of the reactor get their turn. */
    private static final int BATCH = 64;

    /**
     * Chains that are answered together. The driver goes on with them while the device is at work on the next ones, instead of one
     * waiting for the other.
     */
    private static final int PART = 16;

    /** Most that the length of a used element holds beside the status. */
    private static final long MOST_WRITTEN = 0xffff_fffeL;

    private final Virtqueue queue;
    private final long features;
    private final BlockDevice bdev;
    private final WriteCache writeCache;
    private final BlockRequests requests;
    private final RequestRules rules;
    private final HeldRequests held;
    private final BlockChannel channel;
    private final BlkRequest request;
    private final int[] heads = new int[BATCH];
    /** Handles of the status bytes, by head. */
    private final long[] statusHandles;

    private boolean answered;
    /** Of no interest, but the compiler must not find out. */
    private int touched;
    /** Requests answered in the middle of a batch. */
    private int early;

    BlkQueue(
            Virtqueue queue,
            long features,
            BlockDevice bdev,
            BlkConfig config,
            WriteCache writeCache,
            RequestRules.Access access,
            Throttle throttle,
            LongSupplier clock)
            throws IOException {
        this.queue = queue;
        request = new BlkRequest(queue);
        this.features = features;
        this.bdev = bdev;
        this.writeCache = writeCache;
        requests = new BlockRequests(queue.size(), clock);
        held = new HeldRequests(requests, throttle, clock);
        rules = new RequestRules(config, features, access, requests);
        statusHandles = new long[queue.size()];
        requests.answeringEarly(this::answerEarly);
        channel = bdev.open(requests);
        bdev.statistics().attach(requests.counters());
    }

    @Override
    public int poll() {
        useCurrentMemory();
        int taken = queue.fetch(heads, BATCH);
        if (taken > 0) {
            requests.taken();
        }
        int all = taken;
        takeParts(taken);
        // A driver that polls has made new ones available meanwhile. Taken on the spot, they need no round of their
        // own.
        while (taken > 1 && all < BATCH && isAnswered()) {
            taken = queue.fetch(heads, BATCH - all);
            all += taken;
            takeParts(taken);
        }
        return all + finish(true);
    }

    private void takeParts(int taken) {
        // Behind a full batch there is another one, so nobody waits: then fewer, larger parts are better.
        int part = taken == BATCH ? BATCH : PART;
        int next = 0;
        while (taken - next > part) {
            next = take(next, next + part);
            finishPart();
        }
        take(next, taken);
    }

    /** Whether all that was taken is done and the driver sees it. */
    private boolean isAnswered() {
        finishPart();
        return requests.inFlight() == 0 && requests.completed() == 0;
    }

    private int take(int from, int to) {
        if (to - from > 1) {
            touch(from, to);
        }
        for (int i = from; i < to; i++) {
            take(heads[i]);
        }
        return to;
    }

    /**
     * Reads a byte of each header. They come from the driver's core side by side then; taken one by one, each would be waited for when it
     * is needed.
     */
    private void touch(int from, int to) {
        GuestMemory memory = queue.memory();
        int sum = 0;
        for (int i = from; i < to; i++) {
            int head = heads[i];
            long handle = queue.segments(head) > 0 ? queue.handle(head, 0) : GuestMemory.NONE;
            if (handle != GuestMemory.NONE) {
                sum += memory.window(GuestMemory.windowOf(handle)).get(GuestMemory.offsetOf(handle));
            }
        }
        touched += sum;
    }

    private void finishPart() {
        submit(true);
        answerEarly();
    }

    @Override
    public int drain() {
        return finish(false);
    }

    /** The ring changes its memory only while nothing is in flight, so no handle of the former one is left. */
    private void useCurrentMemory() {
        GuestMemory memory = queue.memory();
        if (memory != requests.memory()) {
            requests.memory(memory);
        }
    }

    private void take(int head) {
        request.take(head);
        boolean faulty = queue.hasFault(head);
        statusHandles[head] = request.status();
        if (faulty) {
            takeFaulty(head);
        } else if (!request.isAnswerable()) {
            giveBack(head, 0);
        } else if (!request.readHeader()) {
            answer(head, BlkRequest.IOERR, 0);
        } else {
            int outcome = rules.apply(request, head);
            if (outcome != RequestRules.ENQUEUED) {
                answer(head, RequestRules.statusOf(outcome), writtenOf(outcome));
            }
        }
    }

    /**
     * Bytes to be told as written. What a read that failed has written nobody knows, so all of it is told; devices of QEMU and SPDK
     * do the same, and libblkio aborts its process when a packed ring tells another length.
     */
    private int writtenOf(int outcome) {
        return request.type() == BlkRequest.IN
                ? (int) Math.min(request.inLength(), MOST_WRITTEN)
                : RequestRules.writtenOf(outcome);
    }

    private void takeFaulty(int head) {
        if (statusHandles[head] != GuestMemory.NONE) {
            answer(head, BlkRequest.IOERR, 0);
            return;
        }
        giveBack(head, 0);
        if (request.isAnswerable()) {
            queue.fail("the status byte of the request at descriptor " + head + " lies outside guest memory");
        }
    }

    /**
     * Lets the bdev work and answers what it has finished.
     *
     * @param limited whether requests wait for their bdev's budget
     */
    private int finish(boolean limited) {
        submit(limited);
        if (requests.inFlight() > 0) {
            channel.poll();
        }
        int done = early;
        early = 0;
        while (requests.completed() > 0) {
            done += requests.completed();
            answerCompleted(writeCache.needsFlush(features));
            // Writes that still need a flush have been enqueued again.
            submit(limited);
        }
        if (answered) {
            answered = false;
            queue.publish();
        }
        requests.showInFlight();
        return done;
    }

    private void submit(boolean limited) {
        if (!limited) {
            held.release();
        } else if (requests.pending() > 0 || held.count() > 0) {
            held.admit();
        }
        if (requests.pending() > 0) {
            channel.submit(requests);
            requests.clearPending();
        }
    }

    /**
     * In the middle of a batch: what is done becomes visible, so that a driver that polls goes on meanwhile. One that sleeps is notified
     * at the end of the batch, once.
     */
    private void answerEarly() {
        // A write that needs a flush would have to be submitted again, which is for the end of the batch.
        if (requests.completed() > 0 && !writeCache.needsFlush(features)) {
            early += requests.completed();
            answerCompleted(false);
            queue.show();
        }
    }

    private void answerCompleted(boolean flushWrites) {
        requests.measure();
        int count = requests.completed();
        for (int i = 0; i < count; i++) {
            int slot = requests.completedSlot(i);
            int type = requests.type(slot);
            int status = requests.status(slot);
            int written = type == BlockType.READ ? (int) requests.length(slot) : 0;
            if (status != BlockStatus.OK) {
                answer(slot, status == BlockStatus.UNSUPPORTED ? BlkRequest.UNSUPP : BlkRequest.IOERR, written);
            } else if (flushWrites && (type == BlockType.WRITE || type == BlockType.WRITE_ZEROES)) {
                requests.prepare(slot, BlockType.FLUSH, 0, 0, 0);
                requests.enqueue(slot);
            } else {
                answer(slot, BlkRequest.OK, written);
            }
        }
        requests.clearCompleted();
    }

    private void answer(int head, byte status, int dataWritten) {
        long handle = statusHandles[head];
        requests.memory().window(GuestMemory.windowOf(handle)).put(GuestMemory.offsetOf(handle), status);
        giveBack(head, dataWritten + 1);
    }

    private void giveBack(int head, int written) {
        queue.complete(head, written);
        answered = true;
    }

    @Override
    public int inFlight() {
        return requests.counters().inFlight();
    }

    @Override
    public Optional<IoCounters> counters() {
        return Optional.of(requests.counters());
    }

    @Override
    public int held() {
        return held.count();
    }

    @Override
    public long sleepLimit() {
        return held.remaining();
    }

    @Override
    public int wakeDescriptor() {
        return channel.wakeDescriptor();
    }

    @Override
    public void stop() {
        bdev.statistics().detach(requests.counters());
        channel.close();
    }
}
