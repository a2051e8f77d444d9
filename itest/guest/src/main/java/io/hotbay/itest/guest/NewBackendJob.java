// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Drops a backend into the running target that this has never heard of, the template, and lets the running guest read a disk of it. */
public final class NewBackendJob {
    private static final int SIZE = 4 << 20;
    private static final long SEED = 42;
    private static final int START_SECONDS = 60;

    private final Guest guest;
    private final HotbayTarget target;
    private final Logs logs;

    /** A job in one guest. */
    public NewBackendJob(Guest guest, HotbayTarget target, Logs logs) {
        this.guest = guest;
        this.target = target;
        this.logs = logs;
    }

    /** Everything from the file in {@code deploy/} to the content of the disk. */
    public void reads(Path jar) {
        assertThat(target.exec("bdev:types pattern").status()).isNotZero();
        Path dropped = drop(jar);
        Await.until(
                "the new backend is there",
                Settings.timeout(START_SECONDS),
                logs,
                () -> target.exec("bdev:types pattern").status() == 0);
        assertThat(target.exec("bdev:types pattern").output()).contains("size", "(required)", "block_size", "seed");
        target.change("bdev:create pattern Pattern0 size=" + SIZE + " seed=" + SEED);
        target.change("vhost:create-blk pattern0 Pattern0");
        Path socket = target.disk().socket().resolveSibling("pattern0");
        new HotplugJob(guest, new Disk("pattern0", socket, SIZE, 512, 1, false))
                .uses(HotplugSlot.PCI_BRIDGE, this::check);
        target.change("vhost:delete pattern0");
        target.change("bdev:delete Pattern0");
        delete(dropped);
        Await.until(
                "the new backend has gone",
                Settings.timeout(START_SECONDS),
                logs,
                () -> target.exec("bdev:types pattern").status() != 0);
    }

    private void check(String name) {
        String seen = guest.run("cat /sys/block/NAME/ro; sha256sum </dev/NAME".replace("NAME", name))
                .output();
        assertThat(seen.split("\\s+")).startsWith("1", sum());
    }

    /** Of what the template says the content is. */
    private static String sum() {
        ByteBuffer content = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < SIZE; i += Long.BYTES) {
            content.putLong(i ^ SEED);
        }
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content.array()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The file appears whole. */
    private Path drop(Path jar) {
        Path folder = target.deployDirectory();
        try {
            Path copy = Files.copy(jar, folder.resolveSibling("pattern.new"));
            return Files.move(copy, folder.resolve("pattern.jar"), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
