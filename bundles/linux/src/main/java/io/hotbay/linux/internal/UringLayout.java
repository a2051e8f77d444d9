// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux.internal;

/** Numbers and structures of uapi/linux/io_uring.h. */
public final class UringLayout {
    public static final long SYS_IO_URING_SETUP = 425;
    public static final long SYS_IO_URING_ENTER = 426;
    public static final long SYS_IO_URING_REGISTER = 427;

    // struct io_uring_params
    public static final int PARAMS_SIZE = 120;
    public static final int PARAMS_SQ_ENTRIES = 0;
    public static final int PARAMS_CQ_ENTRIES = 4;
    public static final int PARAMS_FLAGS = 8;
    public static final int PARAMS_FEATURES = 20;
    public static final int PARAMS_SQ_OFFSETS = 40;
    public static final int PARAMS_CQ_OFFSETS = 80;

    // struct io_sqring_offsets
    public static final int SQ_HEAD = 0;
    public static final int SQ_TAIL = 4;
    public static final int SQ_MASK = 8;
    public static final int SQ_FLAGS = 16;
    public static final int SQ_ARRAY = 24;

    // struct io_cqring_offsets
    public static final int CQ_HEAD = 0;
    public static final int CQ_TAIL = 4;
    public static final int CQ_MASK = 8;
    public static final int CQ_ENTRIES = 20;

    public static final int SETUP_CLAMP = 1 << 4;
    public static final int SETUP_SUBMIT_ALL = 1 << 7;
    public static final int SETUP_COOP_TASKRUN = 1 << 8;
    public static final int SETUP_TASKRUN_FLAG = 1 << 9;
    public static final int SETUP_SINGLE_ISSUER = 1 << 12;

    public static final int FEATURE_SINGLE_MMAP = 1;
    public static final int FEATURE_NODROP = 1 << 1;
    /** Came with Linux 5.6, as did {@link #OP_READ} and {@link #OP_WRITE}, which cannot be asked for in any other way. */
    public static final int FEATURE_RW_CUR_POS = 1 << 3;

    public static final long OFFSET_RINGS = 0;
    public static final long OFFSET_ENTRIES = 0x1000_0000L;

    public static final int SQ_CQ_OVERFLOW = 1 << 1;
    public static final int SQ_TASKRUN = 1 << 2;

    public static final int ENTER_GETEVENTS = 1;

    public static final int REGISTER_IOWQ_MAX_WORKERS = 19;

    // struct io_uring_sqe
    public static final int SQE_SIZE = 64;
    public static final int SQE_OPCODE = 0;
    public static final int SQE_FILE = 4;
    public static final int SQE_OFFSET = 8;
    public static final int SQE_ADDRESS = 16;
    public static final int SQE_LENGTH = 24;
    public static final int SQE_OP_FLAGS = 28;
    public static final int SQE_TAG = 32;

    // struct io_uring_cqe
    public static final int CQE_SIZE = 16;
    public static final int CQE_TAG = 0;
    public static final int CQE_RESULT = 8;

    public static final int OP_READV = 1;
    public static final int OP_WRITEV = 2;
    public static final int OP_FSYNC = 3;
    public static final int OP_FALLOCATE = 17;
    public static final int OP_READ = 22;
    public static final int OP_WRITE = 23;

    public static final int FSYNC_DATASYNC = 1;

    private UringLayout() {}
}
