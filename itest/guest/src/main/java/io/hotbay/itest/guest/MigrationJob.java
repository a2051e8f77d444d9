// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds out whether all that a disk has written into a guest's memory arrives when the memory is copied. */
public final class MigrationJob {
    private static final int PAGE = 4096;
    private static final int PAGES = 4096;
    /** What the pages on the disk begin with; a number, spaces and a line feed follow. */
    private static final String MARK = "page-of-the-disk ";

    private final Guest guest;
    private final String name;

    /** Checks of a disk under its name in the guest, such as {@code vda}. */
    public MigrationJob(Guest guest, String name) {
        this.guest = guest;
        this.name = name;
    }

    /** Fills a part of the disk with pages that can be told from all others, and reads them again and again, directly into a few buffers. */
    public BackgroundLoad startsReadingMarkedPages() {
        guest.run("""
                awk 'BEGIN { for (page = 0; page < PAGES; page++) printf "MARK%-WIDTHd\\n", page }' >/tmp/pages
                dd if=/tmp/pages of=/dev/NAME bs=1M seek=16 oflag=direct 2>/dev/null
                rm /tmp/pages
                """.replace("NAME", name)
                .replace("PAGES", String.valueOf(PAGES))
                .replace("WIDTH", String.valueOf(PAGE - MARK.length() - 1))
                .replace("MARK", MARK));
        return BackgroundLoad.start(guest, "reads", """
                /usr/sbin/fio --name=reads --filename=/dev/NAME --direct=1 --ioengine=libaio --iodepth=16 --rw=randread --bs=64k \\
                    --offset=16m --size=16m --numjobs=2 --thread --time_based --runtime=5
                """.replace("NAME", name));
    }

    /**
     * Compares the marked pages in the memory of two machines that are paused. The processors never write such pages, so a page that
     * differs has been written by the disk and was not in the dirty log.
     */
    public void haveTheSameMarkedPages(Machine source, Machine copy) throws IOException {
        ByteBuffer original = map(source.memory());
        ByteBuffer copied = map(copy.memory());
        List<Integer> differing = new ArrayList<>();
        int marked = 0;
        for (int at = 0; at < original.capacity(); at += PAGE) {
            ByteBuffer page = original.slice(at, PAGE);
            if (isMarked(page)) {
                marked++;
                if (!page.equals(copied.slice(at, PAGE))) {
                    differing.add(at / PAGE);
                }
            }
        }
        assertThat(marked).as("marked pages in the guest's memory").isGreaterThan(100);
        assertThat(differing)
                .as("pages of %d that have not been copied", marked)
                .isEmpty();
    }

    private static boolean isMarked(ByteBuffer page) {
        byte[] mark = MARK.getBytes(StandardCharsets.US_ASCII);
        return page.get(PAGE - 1) == '\n' && page.slice(0, mark.length).equals(ByteBuffer.wrap(mark));
    }

    private static ByteBuffer map(Path memory) throws IOException {
        try (FileChannel file = FileChannel.open(memory)) {
            return file.map(FileChannel.MapMode.READ_ONLY, 0, file.size());
        }
    }
}
