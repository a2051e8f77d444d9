// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import io.hotbay.bdev.BlockStatus;
import io.hotbay.bdev.BlockType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One run of the block device under a fuzzer. The bytes decide on the bdev, the options, the features the driver accepts, what it
 * sends and when the device and the bdev work. Every chain taken must be answered once, as {@link RequestModel} says; nothing
 * but that may have been written to guest memory; and the bdev must have been told what the model says and nothing else.
 */
public final class BlkFuzz {
    private static final int STEPS = 200;
    private static final int BATCH = 64;
    private static final String SERIAL = "fuzz";

    private final FuzzedInput input;
    private final GuestArena arena = new GuestArena();
    private final FakeBdev bdev = new FakeBdev(DiskContents.SIZE);
    private final boolean writeBack;
    private final DiskContents contents;
    private final BlkDriver driver;
    private final FuzzedDriver chains;
    private final RequestModel model;

    private final Deque<FuzzedChain> offered = new ArrayDeque<>();
    private final List<FuzzedChain> working = new ArrayList<>();
    private final Map<FuzzedChain, ExpectedAnswer> expected = new HashMap<>();
    private final List<String> operations = new ArrayList<>();
    private boolean broken;

    private BlkFuzz(FuzzedInput input) throws Exception {
        this.input = input;
        bdev.blockSize = 512 << input.below(4);
        bdev.size = (long) bdev.blockSize * (1 + input.below(DiskContents.SIZE / bdev.blockSize));
        bdev.discardLimit = input.below(1 << 16);
        bdev.readOnly = input.below(8) == 7;
        bdev.writeCache = input.flag();
        bdev.flushFails = input.below(8) == 7;
        int outcome = input.u8();
        bdev.outcome = outcome < 0xc0 ? BlockStatus.OK : outcome % (BlockStatus.ABORTED + 1);
        support(input.u8());
        writeBack = !input.flag();
        boolean readOnly = input.below(8) == 7;
        Map<String, Object> options = Map.of("serial", SERIAL, "readonly", readOnly, "write_cache", writeBack);
        driver = new BlkDriver(bdev, options, new FakeVirtqueue(arena.memory()));
        long features = driver.device.features() & ~((long) input.u8() << 8);
        model = new RequestModel(driver, features, Arrays.copyOf(SERIAL.getBytes(StandardCharsets.US_ASCII), 20));
        contents = new DiskContents(bdev.store);
        chains = new FuzzedDriver(input, arena, bdev);
        driver.start(features);
    }

    /** Does one run. */
    public static void fuzz(byte[] bytes) throws Exception {
        BlkFuzz run = new BlkFuzz(new FuzzedInput(bytes));
        run.steps();
        run.finish();
    }

    private void support(int choice) {
        if ((choice & 3) == 3) {
            bdev.unsupported.add(BlockType.DISCARD);
        }
        if ((choice & 12) == 12) {
            bdev.unsupported.add(BlockType.WRITE_ZEROES);
        }
        if ((choice & 16) != 0 && !bdev.writeCache) {
            bdev.unsupported.add(BlockType.FLUSH);
        }
    }

    private void steps() throws Exception {
        for (int step = 0; step < STEPS && !input.isEmpty(); step++) {
            switch (input.below(12)) {
                case 0, 1, 2, 3, 4, 5 -> offer();
                case 6, 7 -> poll();
                case 8 -> bdev.delayed = !bdev.delayed;
                case 9 -> drain();
                case 10 -> writeConfig();
                default -> readConfig();
            }
        }
    }

    private void offer() {
        FuzzedChain chain = chains.lay();
        if (chain != null) {
            driver.ring.offer(chain.head(), chain.handles(), chain.lengths(), chain.readable());
            offered.add(chain);
        }
    }

    private void poll() {
        for (int i = 0; i < BATCH && !offered.isEmpty() && !broken; i++) {
            take(offered.remove());
        }
        broken = working.stream().anyMatch(chain -> expected.get(chain).breaksRing()) || broken;
        driver.queue.poll();
        look();
    }

    private void take(FuzzedChain chain) {
        ExpectedAnswer answer = model.answer(chain);
        expected.put(chain, answer);
        working.add(chain);
        String operation = answer.operation();
        if (operation != null) {
            operations.add(operation);
        }
        // From now on reads may see the zeros, which come before or after what is answered in the same poll.
        if (operation != null && operation.startsWith("write_zeroes") && bdev.outcome == BlockStatus.OK) {
            contents.zero(offset(operation), length(operation));
        }
    }

    private void drain() {
        driver.queue.drain();
        look();
    }

    /** Looks at what has been answered since the last time; what the bdev has not been asked for must be. */
    private void look() {
        if (!driver.ring.isPublished()) {
            throw new AssertionError("chains were completed and not published");
        }
        if (broken != (driver.ring.fault != null)) {
            throw new AssertionError("ring is " + driver.ring.fault + ", but broken is " + broken);
        }
        List<FuzzedChain> left = new ArrayList<>();
        for (FuzzedChain chain : working) {
            if (driver.ring.used[chain.head()] != FakeVirtqueue.NOT_USED) {
                checkAnswer(chain, expected.get(chain));
            } else if (expected.get(chain).operation() == null || !bdev.delayed) {
                throw new AssertionError("chain " + chain.head() + " was not answered: " + expected.get(chain));
            } else {
                left.add(chain);
            }
        }
        working.clear();
        working.addAll(left);
        if (driver.queue.inFlight() != working.size()) {
            throw new AssertionError(driver.queue.inFlight() + " in flight instead of " + working.size());
        }
    }

    private void checkAnswer(FuzzedChain chain, ExpectedAnswer answer) {
        int written = 0;
        if (answer.status() != ExpectedAnswer.NO_STATUS) {
            int status = answer.operation() == null ? answer.status() : statusOf(answer.operation());
            byte[] in = answer.in();
            if (status == BlkRequest.OK
                    && answer.operation() != null
                    && answer.operation().startsWith("read ")) {
                in = checkRead(chain, answer.operation());
            }
            expectIn(chain, in);
            expectStatus(chain, status);
            written = answer.told() + 1;
        }
        if (driver.ring.used[chain.head()] != written) {
            throw new AssertionError("chain " + chain.head() + " has " + driver.ring.used[chain.head()]
                    + " bytes written instead of " + written);
        }
    }

    /** The status of what the bdev has done; writes that have to be durable are flushed before. */
    private int statusOf(String operation) {
        boolean write = operation.startsWith("write");
        boolean flushed = write && bdev.outcome == BlockStatus.OK && model.flushesWrites(writeBack);
        if (flushed) {
            operations.add("flush 0+0");
        }
        if (bdev.flushFails && (flushed || operation.startsWith("flush"))) {
            return BlkRequest.IOERR;
        }
        return switch (bdev.outcome) {
            case BlockStatus.OK -> BlkRequest.OK;
            case BlockStatus.UNSUPPORTED -> BlkRequest.UNSUPP;
            default -> BlkRequest.IOERR;
        };
    }

    private static int offset(String operation) {
        return Integer.parseInt(operation.substring(operation.indexOf(' ') + 1, operation.indexOf('+')));
    }

    private static int length(String operation) {
        return Integer.parseInt(operation.substring(operation.indexOf('+') + 1).split(" ")[0]);
    }

    private byte[] checkRead(FuzzedChain chain, String operation) {
        byte[] data = new byte[length(operation)];
        int done = 0;
        for (int i = chain.readable(); done < data.length; i++) {
            for (int at = 0; at < chain.lengths()[i] && done < data.length; at++) {
                data[done] = arena.get(chain.handles()[i], at);
                contents.check(offset(operation) + done, data[done]);
                done++;
            }
        }
        return data;
    }

    private void expectIn(FuzzedChain chain, byte[] in) {
        int done = 0;
        for (int i = chain.readable(); done < in.length; i++) {
            for (int at = 0; at < chain.lengths()[i] && done < in.length; at++) {
                arena.expect(chain.handles()[i], at, in[done++]);
            }
        }
    }

    private void expectStatus(FuzzedChain chain, int status) {
        int last = chain.handles().length - 1;
        arena.expect(chain.handles()[last], chain.lengths()[last] - 1, (byte) status);
    }

    /** Turning the cache off flushes; that must be done before the queue goes on, or the schedule would not be repeatable. */
    private void writeConfig() throws Exception {
        if (bdev.delayed) {
            return;
        }
        int offset = input.flag() ? 32 : input.u32();
        byte[] bytes = new byte[input.below(8)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) input.u8();
        }
        long index = 32 - Integer.toUnsignedLong(offset);
        boolean hits = index >= 0 && index < bytes.length;
        boolean flushes = hits && bytes[(int) index] == 0 && bdev.writeCache;
        boolean failed = driver.device
                .writeConfig(offset, ByteBuffer.wrap(bytes))
                .handle((done, failure) -> failure != null)
                .get();
        if (flushes) {
            operations.add("flush 0+0");
        }
        if (failed != (flushes && (bdev.flushFails || bdev.outcome != BlockStatus.OK))) {
            throw new AssertionError("switching the write cache failed: " + failed);
        }
    }

    private void readConfig() {
        int offset = input.u32();
        ByteBuffer bytes = ByteBuffer.allocate(input.u8());
        driver.device.readConfig(offset, bytes);
        for (int i = 0; i < bytes.capacity(); i++) {
            boolean behind = Integer.toUnsignedLong(offset) + i >= BlkConfig.LENGTH;
            if (bytes.hasRemaining() || behind && bytes.get(i) != 0) {
                throw new AssertionError("configuration space at " + offset + "+" + i);
            }
        }
    }

    private void finish() {
        bdev.delayed = false;
        do {
            poll();
        } while (!offered.isEmpty() && !broken);
        if (!working.isEmpty()) {
            throw new AssertionError(working.size() + " chains were not answered");
        }
        driver.queue.stop();
        if (bdev.open != 0) {
            throw new AssertionError("a channel stays open");
        }
        arena.check();
        contents.check();
        List<String> done = new ArrayList<>(bdev.log);
        done.sort(null);
        operations.sort(null);
        if (!done.equals(operations)) {
            throw new AssertionError("the bdev did " + done + " instead of " + operations);
        }
        for (FuzzedChain chain : offered) {
            if (driver.ring.used[chain.head()] != FakeVirtqueue.NOT_USED) {
                throw new AssertionError("chain " + chain.head() + " was answered on a broken ring");
            }
        }
    }
}
