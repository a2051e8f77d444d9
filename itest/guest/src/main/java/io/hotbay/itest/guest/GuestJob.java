// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

/** What a guest does with the disk it has booted with: one method a check, the same for every target. */
public final class GuestJob {
    /** What fio writes and verifies in one go; twice that, since each of the two jobs has an area of its own. */
    private static final String AREA = "8m";

    /** Writes that are certainly not all under way at once. */
    private static final int PROGRESS = 200;

    private final Guest guest;
    private final Disk disk;
    private final String name;

    /** Checks of a disk under its name in the guest, such as {@code vda}. */
    public GuestJob(Guest guest, Disk disk, String name) {
        this.guest = guest;
        this.disk = disk;
        this.name = name;
    }

    /** Size, block size, cache, access mode, queues and limits are in sysfs as the target has configured them. */
    public void seesTheDiskAsConfigured() {
        Map<String, String> values = sysfs();
        assertThat(values)
                .as("what sysfs says of " + name)
                .containsEntry("sectors", String.valueOf(disk.size() / 512))
                .containsEntry("logical_block_size", String.valueOf(disk.blockSize()))
                .containsEntry("write_cache", disk.writeBack() ? "write back" : "write through")
                .containsEntry("read_only", "0")
                .containsEntry("queues", String.valueOf(disk.queues()));
        assertThat(Long.parseLong(values.get("discard_max_bytes"))).isPositive();
        assertThat(Long.parseLong(values.get("write_zeroes_max_bytes"))).isPositive();
    }

    private Map<String, String> sysfs() {
        return guest.run("""
                        cd /sys/block/%s
                        echo "sectors=$(cat size)"
                        echo "logical_block_size=$(cat queue/logical_block_size)"
                        echo "write_cache=$(cat queue/write_cache)"
                        echo "read_only=$(cat ro)"
                        echo "queues=$(ls mq | wc -l)"
                        echo "discard_max_bytes=$(cat queue/discard_max_bytes)"
                        echo "write_zeroes_max_bytes=$(cat queue/write_zeroes_max_bytes)"
                        """.formatted(name)).values();
    }

    /** The driver reads a serial number: GET_ID is answered. */
    public void readsTheSerialNumber() {
        assertThat(guest.run("cat /sys/block/%s/serial".formatted(name)).output())
                .isNotBlank();
    }

    /** The command of the Kata guide reads what has been written before. */
    public void copiesWithDd() {
        guest.run("""
                dd if=/dev/urandom of=/tmp/expected bs=4k count=20
                dd if=/tmp/expected of=/dev/NAME bs=4k conv=fsync
                echo 3 > /proc/sys/vm/drop_caches
                dd if=/dev/NAME of=/tmp/ddtest bs=4k count=20
                cmp /tmp/expected /tmp/ddtest
                """.replace("NAME", name));
    }

    /** Random writes at a queue depth of 16 from both CPUs are all there, and both queues have carried them. */
    public void verifiesRandomWritesOverAllQueues() {
        guest.run(interrupts("before")
                + fio("--bs=4k")
                + interrupts("after")
                + """
                cat /tmp/before /tmp/after
                while read -r queue count <&3 && read -r same later <&4; do
                    [ "$queue" = "$same" ]
                    [ "$later" -gt "$count" ] || { echo "$queue has carried nothing"; exit 1; }
                done 3</tmp/before 4</tmp/after
                [ "$(wc -l </tmp/after)" -eq QUEUES ]
                """.replace("QUEUES", String.valueOf(disk.queues())));
    }

    /** The interrupts so far of each request queue, one a line, into a file. */
    private String interrupts(String file) {
        return """
                device=$(basename "$(readlink /sys/block/NAME/device)")
                awk -v queue="$device-req" 'index($NF, queue) == 1 {
                    sum = 0
                    for (i = 2; i <= NF && $i ~ /^[0-9]+$/; i++) sum += $i
                    print $NF, sum
                }' /proc/interrupts >/tmp/FILE
                """.replace("NAME", name).replace("FILE", file);
    }

    /** Requests of many sizes, that is, of one and of many segments. */
    public void verifiesWritesOfMixedSizes() {
        guest.run(fio("--bsrange=4k-256k --blockalign=4k"));
    }

    /** A small verified load. */
    public void verifiesAFewWrites() {
        guest.run(fio("--bs=4k").replace("=" + AREA, "=1m"));
    }

    /** Starts to write and verify again and again, over all queues. */
    public BackgroundLoad startsWritingAndVerifying() {
        return BackgroundLoad.start(guest, name, fio("--bs=4k"));
    }

    /** What it writes in the background makes progress. */
    public void goesOnWriting() {
        guest.run("""
                writes() { awk '{ print $5 }' /sys/block/NAME/stat; }
                before=$(writes)
                until [ $(($(writes) - before)) -ge COUNT ]; do usleep 20000; done
                """.replace("NAME", name).replace("COUNT", String.valueOf(PROGRESS)));
    }

    private String fio(String options) {
        return "/usr/sbin/fio --name=verify --filename=/dev/" + name + " --direct=1 --ioengine=libaio --iodepth=16"
                + " --rw=randwrite --size=" + AREA + " --offset_increment=" + AREA + " --numjobs=" + disk.queues()
                + " --cpus_allowed=0-" + (disk.queues() - 1) + " --cpus_allowed_policy=split --thread"
                + " --randrepeat=0 --verify=crc32c --verify_fatal=1 --group_reporting " + options + "\n";
    }

    /** A file system keeps a file over an unmount, and is clean. */
    public void keepsAFileSystem() {
        guest.run("""
                trap 'umount /mnt 2>/dev/null || true' EXIT
                /usr/sbin/mkfs.ext4 -q /dev/NAME
                mount -t ext4 /dev/NAME /mnt
                dd if=/dev/urandom of=/mnt/file bs=64k count=64
                sync
                sha256sum /mnt/file >/tmp/sums
                umount /mnt
                echo 3 > /proc/sys/vm/drop_caches
                mount -t ext4 /dev/NAME /mnt
                sha256sum -c /tmp/sums
                umount /mnt
                /usr/sbin/fsck.ext4 -fn /dev/NAME
                """.replace("NAME", name));
    }

    /** Discarded blocks are accepted; zeroed blocks read as zeros; their neighbours stay as they are. */
    public void discardsAndZeroes() {
        guest.run("""
                dd if=/dev/urandom of=/tmp/expected bs=1M count=4
                dd if=/tmp/expected of=/dev/NAME bs=1M conv=fsync
                /usr/sbin/blkdiscard -z -o 1M -l 1M /dev/NAME
                before=$(awk '{ print $12 }' /sys/block/NAME/stat)
                /usr/sbin/blkdiscard -o 2M -l 1M /dev/NAME
                after=$(awk '{ print $12 }' /sys/block/NAME/stat)
                [ "$after" -gt "$before" ]
                echo 3 > /proc/sys/vm/drop_caches
                dd if=/dev/NAME of=/tmp/actual bs=1M count=4
                part() { dd if="/tmp/$1" bs=1M skip="$2" count=1 status=none; }
                dd if=/dev/zero of=/tmp/zeros bs=1M count=1
                part actual 1 | cmp - /tmp/zeros
                for i in 0 3; do
                    part expected $i >/tmp/part
                    part actual $i | cmp - /tmp/part
                done
                """.replace("NAME", name));
    }

    /** The guest may switch the write cache and back again, and what it writes with either setting is there. */
    public void switchesTheWriteCache() {
        guest.run("""
                cd /sys/block/NAME
                dd if=/dev/urandom of=/tmp/expected bs=64k count=4
                case "$(cat cache_type)" in
                    "write back") other="write through" ;;
                    *) other="write back" ;;
                esac
                for type in "$other" "$(cat cache_type)"; do
                    echo "$type" >cache_type
                    [ "$(cat queue/write_cache)" = "$type" ]
                    dd if=/tmp/expected of=/dev/NAME bs=64k conv=fsync
                    echo 3 > /proc/sys/vm/drop_caches
                    dd if=/dev/NAME bs=64k count=4 | cmp - /tmp/expected
                done
                """.replace("NAME", name));
    }

    /** The machine is stopped and continued three times under load, and no write is lost or damaged. */
    public void survivesStopAndContinue() {
        guest.start("""
                writes() { awk '{ print $5 }' /sys/block/NAME/stat; }
                before=$(writes)
                FIO &
                fio=$!
                for count in 500 1500 2500; do
                    until [ $(($(writes) - before)) -ge $count ]; do
                        kill -0 $fio
                        usleep 20000
                    done
                    mark $count
                done
                [ $(($(writes) - before)) -lt 4096 ] || { echo "fio was too quick to be stopped"; exit 1; }
                wait $fio
                """.replace("FIO", fio("--bs=4k --rate_iops=400").strip()).replace("NAME", name));
        for (String count : new String[] {"500", "1500", "2500"}) {
            guest.awaitMark(count);
            guest.machine().pause();
            guest.machine().resume();
        }
        guest.awaitSuccess();
    }

    /** A file that was synced survives a reset of the machine under load without an unmount, and so does the file system. */
    public void survivesAReset() {
        String sum = guest.run("""
                        /usr/sbin/mkfs.ext4 -q /dev/NAME
                        mount -t ext4 /dev/NAME /mnt
                        dd if=/dev/urandom of=/mnt/file bs=64k count=16 2>/dev/null
                        sync
                        sha256sum </mnt/file
                        """.replace("NAME", name)).output();
        guest.start("""
                (while dd if=/dev/zero of=/mnt/load bs=64k count=128 conv=fsync 2>/dev/null; do mark written; done) &
                while cat /dev/NAME >/dev/null; do echo 3 > /proc/sys/vm/drop_caches; done
                """.replace("NAME", name));
        guest.awaitMark("written");
        guest.reset();
        String after = guest.run("""
                        trap 'umount /mnt 2>/dev/null || true' EXIT
                        mount -t ext4 /dev/NAME /mnt
                        sha256sum </mnt/file
                        umount /mnt
                        """.replace("NAME", name)).output();
        assertThat(after).isEqualTo(sum);
        guest.run("/usr/sbin/fsck.ext4 -fn /dev/" + name);
    }

    /** The kernel has seen neither an I/O error nor a request that hung or was answered twice. */
    public void hasSeenNoErrors() {
        String messages = guest.run("dmesg").output();
        assertThat(messages.lines())
                .as("the guest's kernel messages")
                .isNotEmpty()
                .noneMatch(line -> line.matches(
                        ".*(I/O error|is not a head|EXT4-fs error|blocked for more than|Call Trace|BUG:).*"));
    }
}
