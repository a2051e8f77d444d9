// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** What a remote terminal types, as a stream. Unlike a piped stream it does not care which threads come and go. */
final class KeyInput extends InputStream {
    private static final byte[] END = new byte[0];

    private final BlockingQueue<byte[]> chunks = new LinkedBlockingQueue<>();
    private byte[] current = {};
    private int next;

    /** Adds what was typed; an empty chunk is the end. */
    void offer(byte[] chunk) {
        chunks.add(chunk.length == 0 ? END : chunk);
    }

    @Override
    public void close() {
        chunks.add(END);
    }

    @Override
    public int read() throws IOException {
        byte[] single = new byte[1];
        return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (next == current.length) {
            current = take();
            next = 0;
        }
        if (current == END) {
            // Whoever reads again gets the end again.
            chunks.add(END);
            return -1;
        }
        int count = Math.min(length, current.length - next);
        System.arraycopy(current, next, bytes, offset, count);
        next += count;
        return count;
    }

    @Override
    public int available() {
        return current.length - next;
    }

    private byte[] take() throws IOException {
        try {
            return chunks.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }
}
