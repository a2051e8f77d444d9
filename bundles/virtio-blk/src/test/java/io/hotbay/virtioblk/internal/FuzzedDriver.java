// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import io.hotbay.memory.GuestMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Lays out the chains that the bytes of a fuzzer describe: likely ones most of the time, and all that differ a little. */
final class FuzzedDriver {
    private static final int[] TYPES = {0, 1, 0, 1, 4, 8, 11, 13, 11, 13, 2, 3, 5, 10, 14};
    private static final int MAX_SEGMENTS = 12;
    private static final int MAX_DATA = 5000;
    private static final int OTHER = 3;

    private final FuzzedInput input;
    private final GuestArena arena;
    private final FakeBdev bdev;
    private int nextHead;

    FuzzedDriver(FuzzedInput input, GuestArena arena, FakeBdev bdev) {
        this.input = input;
        this.arena = arena;
        this.bdev = bdev;
    }

    /** Lays out a chain, or returns null if there is no room for one more. */
    FuzzedChain lay() {
        int type = type();
        long sector = sector();
        byte[] body = body(type, sector);
        byte[] out = ByteBuffer.allocate(16 + body.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(type)
                .putInt(0x5a5a5a5a)
                .putLong(sector)
                .put(body)
                .array();
        int inLength = 1 + (type == 1 ? 0 : length());
        int shape = input.u8();
        if ((shape & 0x0f) == 0x0f) {
            out = Arrays.copyOf(out, input.below(out.length + 1));
            inLength = input.below(inLength + 1);
        }
        int[] readable = (shape & 0x10) == 0 ? plain(out.length, 16) : pieces(out.length);
        int[] writable = (shape & 0x20) == 0 ? plain(inLength, inLength - 1) : pieces(inLength);
        boolean outside = (shape & 0xc0) == 0xc0;
        int region = input.below(2);
        if (nextHead == FakeVirtqueue.SIZE || !arena.hasRoom(region, out.length + inLength + 2 * MAX_SEGMENTS)) {
            return null;
        }
        return place(out, inLength, readable, writable, region, outside);
    }

    private int type() {
        int choice = input.below(TYPES.length + 1);
        return choice < TYPES.length ? TYPES[choice] : input.u32();
    }

    private long sector() {
        long blocks = bdev.blocks();
        int perBlock = bdev.blockSize / 512;
        int choice = input.u8();
        return switch (choice & 7) {
            case OTHER -> input.u64();
            case 4 -> input.below((int) blocks * perBlock + 2);
            case 5 -> (blocks - (choice >> 3)) * perBlock;
            case 6 -> (1L << (choice >> 3)) * (1L << 32) / 512;
            default -> (long) input.below((int) blocks) * perBlock;
        };
    }

    private int length() {
        int choice = input.u8();
        return switch (choice & OTHER) {
            case 0 -> Math.min((1 + (choice >> 2) % 4) * bdev.blockSize, MAX_DATA / 512 * 512);
            case 1 -> (choice >> 2) % 8 * 512;
            case 2 -> 16 * ((choice >> 2) % 3);
            default -> input.below(MAX_DATA);
        };
    }

    private byte[] body(int type, long sector) {
        if (type == 11 || type == 13) {
            long rangeSector = sector();
            int choice = input.u8();
            int sectors = (choice & OTHER) == OTHER ? input.u32() : (choice >> 2) * bdev.blockSize / 512;
            byte[] range = BlkDriver.rangeBytes(rangeSector, sectors, flags());
            int difference = input.u8();
            return difference < 0xf0 ? range : Arrays.copyOf(range, difference - 0xe0);
        }
        byte[] data = new byte[type == 1 ? length() : input.u8() & 0x1f];
        for (int i = 0; i < data.length; i++) {
            data[i] = DiskContents.at(sector * 512 + i);
        }
        return data;
    }

    private int flags() {
        int choice = input.u8();
        return choice < 0x80 ? 0 : choice < 0xe0 ? 1 : input.u32();
    }

    /** Up to two segments. */
    private static int[] plain(int length, int first) {
        if (length == 0) {
            return new int[0];
        }
        return length <= first || first <= 0 ? new int[] {length} : new int[] {first, length - first};
    }

    private int[] pieces(int length) {
        int[] pieces = new int[MAX_SEGMENTS];
        int count = 0;
        int left = length;
        while (left > 0) {
            boolean last = count == MAX_SEGMENTS - 1;
            pieces[count] = last ? left : 1 + input.below(Math.min(left, 1024));
            left -= pieces[count++];
        }
        return Arrays.copyOf(pieces, count);
    }

    private FuzzedChain place(byte[] out, int inLength, int[] readable, int[] writable, int region, boolean outside) {
        int count = readable.length + writable.length;
        long[] handles = new long[count];
        int[] lengths = new int[count];
        int done = 0;
        for (int i = 0; i < count; i++) {
            boolean isReadable = i < readable.length;
            lengths[i] = isReadable ? readable[i] : writable[i - readable.length];
            handles[i] = arena.allocate(region, lengths[i]);
            for (int at = 0; isReadable && at < lengths[i]; at++) {
                arena.write(handles[i], at, out[done++]);
            }
        }
        if (outside && count > 0) {
            handles[input.below(count)] = GuestMemory.NONE;
        }
        return new FuzzedChain(nextHead++, out, inLength, handles, lengths, readable.length);
    }
}
