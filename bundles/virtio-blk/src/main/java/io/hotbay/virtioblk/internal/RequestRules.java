// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtioblk.internal;

import io.hotbay.bdev.BlockRequests;
import io.hotbay.bdev.BlockType;
import io.hotbay.virtio.VirtioFeatures;

/**
 * Decides what becomes of a request: it is answered on the spot, or becomes a block request. The rules are those of virtio 1.2,
 * section 5.2.6.2; where it leaves the order of the checks open it is that of qemu-storage-daemon. Used by one thread.
 */
final class RequestRules {
    /** Outcome: the request has been enqueued for the bdev. Other outcomes hold a status and the number of bytes written. */
    static final int ENQUEUED = -1;

    /** Data of one request in bytes: far above what drivers send, and far below what overflows the length of a used element. */
    private static final long MAX_DATA = 1L << 30;

    private static final int WRITTEN_SHIFT = 8;
    private static final int SECTOR_SHIFT = Integer.numberOfTrailingZeros(BlkConfig.SECTOR);

    private final BlkConfig config;
    private final Access access;
    private final BlockRequests requests;
    private final boolean flush;
    private final boolean discard;
    private final boolean writeZeroes;
    private final long capacity;
    private final long blockMask;

    /**
     * What a queue may do.
     *
     * @param readOnly whether changes are refused
     * @param flushes whether the bdev does flush requests
     * @param id what GET_ID answers
     */
    record Access(boolean readOnly, boolean flushes, byte[] id) {}

    RequestRules(BlkConfig config, long features, Access access, BlockRequests requests) {
        this.config = config;
        this.access = access;
        this.requests = requests;
        flush = VirtioFeatures.has(features, BlkFeatures.FLUSH);
        discard = VirtioFeatures.has(features, BlkFeatures.DISCARD);
        writeZeroes = VirtioFeatures.has(features, BlkFeatures.WRITE_ZEROES);
        capacity = config.capacity();
        blockMask = config.blockSize() / BlkConfig.SECTOR - 1;
    }

    static byte statusOf(int outcome) {
        return (byte) outcome;
    }

    static int writtenOf(int outcome) {
        return outcome >>> WRITTEN_SHIFT;
    }

    /** Answers a request or enqueues it in the slot of its head. */
    int apply(BlkRequest request, int head) {
        switch (request.type()) {
            case BlkRequest.IN:
                return in(request, head);
            case BlkRequest.OUT:
                return out(request, head);
            case BlkRequest.FLUSH:
                return flush ? flush(head) : BlkRequest.UNSUPP;
            case BlkRequest.GET_ID:
                return BlkRequest.OK | request.writeIn(access.id()) << WRITTEN_SHIFT;
            case BlkRequest.DISCARD:
                return discard
                        ? range(request, head, BlockType.DISCARD, config.maxDiscardSectors())
                        : BlkRequest.UNSUPP;
            case BlkRequest.WRITE_ZEROES:
                return writeZeroes
                        ? range(request, head, BlockType.WRITE_ZEROES, config.maxWriteZeroesSectors())
                        : BlkRequest.UNSUPP;
            default:
                return BlkRequest.UNSUPP;
        }
    }

    private int in(BlkRequest request, int head) {
        long length = request.inLength();
        if (!isDataOnDevice(request.sector(), length)) {
            return BlkRequest.IOERR;
        }
        if (length == 0) {
            return BlkRequest.OK;
        }
        long offset = request.sector() << SECTOR_SHIFT;
        if (request.isPlainIn()) {
            requests.prepareWhole(head, BlockType.READ, offset, (int) length, request.dataHandle());
        } else {
            requests.prepare(head, BlockType.READ, offset, length, 0);
            request.addIn(requests, length);
        }
        requests.enqueue(head);
        return ENQUEUED;
    }

    private int out(BlkRequest request, int head) {
        long length = request.outLength();
        if (access.readOnly() || !isDataOnDevice(request.sector(), length)) {
            return BlkRequest.IOERR;
        }
        if (length == 0) {
            return BlkRequest.OK;
        }
        long offset = request.sector() << SECTOR_SHIFT;
        if (request.isPlainOut()) {
            requests.prepareWhole(head, BlockType.WRITE, offset, (int) length, request.dataHandle());
        } else {
            requests.prepare(head, BlockType.WRITE, offset, length, 0);
            request.addOut(requests);
        }
        requests.enqueue(head);
        return ENQUEUED;
    }

    private int flush(int head) {
        if (!access.flushes()) {
            return BlkRequest.OK;
        }
        requests.prepare(head, BlockType.FLUSH, 0, 0, 0);
        requests.enqueue(head);
        return ENQUEUED;
    }

    private int range(BlkRequest request, int head, int type, int maxSectors) {
        if (access.readOnly()) {
            return BlkRequest.IOERR;
        }
        long dataLength = request.outLength();
        if (dataLength != BlkRequest.RANGE_LENGTH) {
            // More than one segment is a feature that is not offered; less than one is nonsense.
            return dataLength > BlkRequest.RANGE_LENGTH ? BlkRequest.UNSUPP : BlkRequest.IOERR;
        }
        request.readRange();
        int sectors = request.rangeSectors();
        if (Integer.compareUnsigned(sectors, maxSectors) > 0 || !isOnDevice(request.rangeSector(), sectors)) {
            return BlkRequest.IOERR;
        }
        boolean unmap = (request.rangeFlags() & BlkRequest.RANGE_UNMAP) != 0;
        boolean unknown = (request.rangeFlags() & ~BlkRequest.RANGE_UNMAP) != 0;
        if (unknown || unmap && type == BlockType.DISCARD) {
            return BlkRequest.UNSUPP;
        }
        if (sectors == 0) {
            return BlkRequest.OK;
        }
        int flags = unmap && config.mayUnmap() ? BlockRequests.FLAG_UNMAP : 0;
        long offset = request.rangeSector() * BlkConfig.SECTOR;
        requests.prepare(head, type, offset, (long) sectors * BlkConfig.SECTOR, flags);
        requests.enqueue(head);
        return ENQUEUED;
    }

    private boolean isDataOnDevice(long sector, long length) {
        return length <= MAX_DATA
                && (length & BlkConfig.SECTOR - 1) == 0
                && isOnDevice(sector, length >>> SECTOR_SHIFT);
    }

    /** Whether a range lies on the device and on block boundaries; the sector is unsigned and comes from the guest. */
    private boolean isOnDevice(long sector, long sectors) {
        return ((sector | sectors) & blockMask) == 0
                && sector >= 0
                && sector <= capacity
                && sectors <= capacity - sector;
    }
}
