// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The rules of virtio 1.2, section 5.2.6.2, in the order in which qemu-storage-daemon checks them, written down once more: from
 * the driver's point of view, with configuration space as the driver sees it, and in arithmetic that cannot overflow.
 */
final class RequestModel {
    private static final int HEADER = 16;
    private static final int RANGE = 16;
    private static final BigInteger SECTOR = BigInteger.valueOf(512);

    private final BlkDriver driver;
    private final long features;
    private final byte[] id;
    private final boolean readOnly;
    private final BigInteger size;
    private final int blockSize;

    RequestModel(BlkDriver driver, long features, byte[] id) {
        this.driver = driver;
        this.features = features;
        this.id = id;
        readOnly = (driver.device.features() & 1 << 5) != 0;
        size = BigInteger.valueOf(config(0).getLong()).multiply(SECTOR);
        blockSize = config(20).getInt();
    }

    ByteBuffer config(int offset) {
        ByteBuffer field = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        driver.device.readConfig(offset, field);
        return field.flip();
    }

    /** Whether a write has to be durable when it completes although the bdev caches it. */
    boolean flushesWrites(boolean initiallyWriteBack) {
        boolean flush = accepted(9);
        boolean writeBack = accepted(11) ? config(32).get() != 0 : flush && initiallyWriteBack;
        return driver.bdev.writeCache && !writeBack;
    }

    private boolean accepted(int bit) {
        return (features & 1L << bit) != 0;
    }

    ExpectedAnswer answer(FuzzedChain chain) {
        if (!chain.isAnswerable()) {
            return ExpectedAnswer.silence();
        }
        if (chain.isStatusOutside()) {
            return ExpectedAnswer.breaking();
        }
        if (chain.isOutside() || chain.out().length < HEADER) {
            return ExpectedAnswer.status(1);
        }
        ByteBuffer out = ByteBuffer.wrap(chain.out()).order(ByteOrder.LITTLE_ENDIAN);
        BigInteger sector = new BigInteger(Long.toUnsignedString(out.getLong(8)));
        int outLength = chain.out().length - HEADER;
        int inLength = chain.inLength() - 1;
        return switch (out.getInt(0)) {
            case 0 -> read(sector, inLength);
            case 1 -> readOnly ? ExpectedAnswer.status(1) : write(sector, outLength);
            case 4 -> flush();
            case 8 -> ExpectedAnswer.data(Arrays.copyOf(id, Math.min(id.length, inLength)));
            case 11 -> accepted(13) ? range("discard", out, outLength, 36) : ExpectedAnswer.status(2);
            case 13 -> accepted(14) ? range("write_zeroes", out, outLength, 48) : ExpectedAnswer.status(2);
            default -> ExpectedAnswer.status(2);
        };
    }

    private ExpectedAnswer flush() {
        if (!accepted(9)) {
            return ExpectedAnswer.status(2);
        }
        return driver.bdev.supports(2) ? ExpectedAnswer.of("flush 0+0") : ExpectedAnswer.status(0);
    }

    private ExpectedAnswer read(BigInteger sector, int length) {
        if (!isDataOnDevice(sector, length)) {
            return ExpectedAnswer.read(1, length);
        }
        return length == 0 ? ExpectedAnswer.status(0) : ExpectedAnswer.read(text("read", sector, length), length);
    }

    private ExpectedAnswer write(BigInteger sector, int length) {
        if (!isDataOnDevice(sector, length)) {
            return ExpectedAnswer.status(1);
        }
        return length == 0 ? ExpectedAnswer.status(0) : ExpectedAnswer.of(text("write", sector, length));
    }

    private static String text(String name, BigInteger sector, int length) {
        return name + " " + sector.multiply(SECTOR) + "+" + length;
    }

    private boolean isDataOnDevice(BigInteger sector, int length) {
        return length % 512 == 0 && isOnDevice(sector.multiply(SECTOR), BigInteger.valueOf(length));
    }

    private ExpectedAnswer range(String name, ByteBuffer out, int outLength, int limitAt) {
        if (readOnly) {
            return ExpectedAnswer.status(1);
        }
        if (outLength > RANGE) {
            return ExpectedAnswer.status(2);
        }
        if (outLength != RANGE) {
            return ExpectedAnswer.status(1);
        }
        BigInteger offset = new BigInteger(Long.toUnsignedString(out.getLong(HEADER))).multiply(SECTOR);
        long sectors = Integer.toUnsignedLong(out.getInt(HEADER + 8));
        BigInteger length = BigInteger.valueOf(sectors).multiply(SECTOR);
        if (sectors > Integer.toUnsignedLong(config(limitAt).getInt()) || !isOnDevice(offset, length)) {
            return ExpectedAnswer.status(1);
        }
        int flags = out.getInt(HEADER + 12);
        boolean discard = limitAt == 36;
        if ((flags & ~1) != 0 || discard && flags != 0) {
            return ExpectedAnswer.status(2);
        }
        if (sectors == 0) {
            return ExpectedAnswer.status(0);
        }
        boolean unmap = flags != 0 && config(56).get() != 0;
        return ExpectedAnswer.of(name + " " + offset + "+" + length + (unmap ? " flags 2" : ""));
    }

    private boolean isOnDevice(BigInteger offset, BigInteger length) {
        BigInteger block = BigInteger.valueOf(blockSize);
        return offset.mod(block).signum() == 0
                && length.mod(block).signum() == 0
                && offset.add(length).compareTo(size) <= 0;
    }
}
