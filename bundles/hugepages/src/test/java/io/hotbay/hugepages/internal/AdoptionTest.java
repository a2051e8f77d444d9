// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.memory.LeftoverFile;
import io.hotbay.memory.MemoryLease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the next start makes of files that a killed target left, in each state they can be in. */
class AdoptionTest {
    @TempDir
    Path root;

    private LeaseFixture fixture;

    @BeforeEach
    void start() throws IOException {
        fixture = new LeaseFixture(root);
        fixture.allocator.lease("disk", 5000, -1).window(0).putLong(4096, 42);
    }

    @AfterEach
    void stop() {
        fixture.allocator.end(true);
    }

    private MemoryLease disk() {
        return fixture.allocator.find("disk").orElseThrow();
    }

    private void assertWhole() {
        assertThat(disk().size()).isEqualTo(5000);
        assertThat(disk().window(0).getLong(4096)).isEqualTo(42);
        assertThat(fixture.file("disk")).hasSize(8192);
        assertThat(fixture.log.lines()).noneMatch(line -> line.contains("cannot be taken up"));
    }

    /** The file is left as it is, nobody gets it or a lease of its name, and a clean removes it. */
    private void assertRejected(String reason) throws IOException {
        Path file = fixture.file("disk");
        byte[] contents = Files.readAllBytes(file);
        fixture.restart();
        assertThat(fixture.allocator.find("disk")).isEmpty();
        assertThat(fixture.warned(file + " cannot be taken up: ", reason, "hugepages:clean"))
                .as(fixture.log.lines().toString())
                .isTrue();
        assertThatThrownBy(() -> fixture.allocator.lease("disk", 5000, -1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("lease \"disk\": " + file + " cannot be taken up")
                .hasMessageContaining(reason);
        assertThat(Files.readAllBytes(file)).isEqualTo(contents);

        fixture.restart();
        assertThat(Files.readAllBytes(file)).isEqualTo(contents);

        assertThat(fixture.allocator.clean()).singleElement().satisfies(removed -> {
            assertThat(removed.path()).isEqualTo(file.toString());
            assertThat(removed.size()).isEqualTo(contents.length);
            assertThat(removed.reason()).startsWith("could not be taken up: ").contains(reason);
        });
        assertThat(fixture.allocator.lease("disk", 5000, -1).window(0).getLong(4096))
                .isZero();
        fixture.restart();
        assertThat(fixture.allocator.find("disk")).isPresent();
    }

    @Test
    void shouldTakeUpAWholeLeaseWithItsExactSizeAndContents() throws IOException {
        fixture.restart();
        assertWhole();
    }

    // ---- killed while a lease was made

    @Test
    void shouldForgetMemoryWithoutSizeAndHeader() throws IOException {
        Files.createFile(fixture.file("new~"));
        fixture.restart();
        assertThat(fixture.file("new~")).doesNotExist();
        assertWhole();
    }

    @Test
    void shouldForgetMemoryWithoutHeader() throws IOException {
        Files.write(fixture.file("new~"), new byte[4096]);
        Files.createFile(fixture.file("new~header~"));
        fixture.restart();
        assertThat(fixture.file("new~")).doesNotExist();
        assertThat(fixture.file("new~header~")).doesNotExist();
        assertWhole();
    }

    @Test
    void shouldForgetMemoryThatHasAHeaderButNotItsNameYet() throws IOException {
        Files.write(fixture.file("new~"), new byte[4096]);
        fixture.writeHeader("new", fixture.file("new"), 4096, 4096);
        fixture.restart();
        assertThat(fixture.folder).isDirectoryNotContaining("glob:**/new*");
        assertThat(fixture.allocator.lease("new", 8192, -1).size()).isEqualTo(8192);
        assertWhole();
    }

    // ---- killed while a lease was released

    @Test
    void shouldForgetAHeaderWhoseMemoryWasReleased() throws IOException {
        fixture.kill();
        Files.delete(fixture.file("disk"));
        fixture.start();
        assertThat(fixture.file("disk~header")).doesNotExist();
        assertThat(fixture.allocator.lease("disk", 100, -1).window(0).getLong(0))
                .isZero();
    }

    // ---- killed while a lease was resized

    @Test
    void shouldKeepTheOldSizeWhenThePlanToGrowWasAllThereWas() throws IOException {
        fixture.kill();
        fixture.writeHeader("disk", fixture.file("disk"), 5000, 16384);
        fixture.start();
        assertWhole();
        assertThat(fixture.header("disk")).contains("size=5000\nlength=8192\n");
    }

    @Test
    void shouldKeepTheOldSizeWhenTheFileHadGrown() throws IOException {
        fixture.kill();
        fixture.writeHeader("disk", fixture.file("disk"), 5000, 16384);
        Files.write(fixture.file("disk"), new byte[8192], StandardOpenOption.APPEND);
        fixture.start();
        assertWhole();
        assertThat(fixture.header("disk")).contains("size=5000\nlength=8192\n");
    }

    @Test
    void shouldMakeUpForATrimThatWasMissed() throws IOException {
        fixture.allocator.resize("disk", 100);
        fixture.restart();
        assertThat(disk().size()).isEqualTo(100);
        assertThat(fixture.file("disk")).hasSize(4096);
        assertThat(fixture.header("disk")).contains("size=100\nlength=4096\n");
    }

    @Test
    void shouldForgetAHeaderThatWasBeingReplaced() throws IOException {
        fixture.kill();
        Files.writeString(fixture.file("disk~header~"), "hotbay-le");
        fixture.start();
        assertThat(fixture.file("disk~header~")).doesNotExist();
        assertWhole();
    }

    // ---- damaged and foreign

    @Test
    void shouldNotTakeUpAFileWithoutHeader() throws IOException {
        Files.delete(fixture.file("disk~header"));
        assertRejected("it has no header");
    }

    @Test
    void shouldNotTakeUpAFileWithATornHeader() throws IOException {
        Path header = fixture.file("disk~header");
        Files.writeString(header, fixture.header("disk").substring(0, 100));
        assertRejected("its header " + header + " is damaged: its checksum is wrong");
    }

    @Test
    void shouldNotTakeUpAFileThatIsShorterThanItsHeaderTells() throws IOException {
        Files.write(fixture.file("disk"), new byte[4096], StandardOpenOption.TRUNCATE_EXISTING);
        assertRejected("it has 4096 bytes, its header tells of 8192");
    }

    @Test
    void shouldNotTakeUpAFileThatIsLongerThanItsHeaderTells() throws IOException {
        Files.write(fixture.file("disk"), new byte[1], StandardOpenOption.APPEND);
        assertRejected("it has 8193 bytes, its header tells of 8192");
    }

    @Test
    void shouldNotTakeUpAnotherFileInThePlaceOfTheOneItMade() throws IOException {
        Path copy = Files.copy(fixture.file("disk"), fixture.file("copy"));
        Files.move(copy, fixture.file("disk"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertRejected("it is not the file that its header was written for");
    }

    @Test
    void shouldNotTakeUpAFileUnderAnotherName() throws IOException {
        Files.copy(fixture.file("disk~header"), fixture.file("other~header"));
        fixture.allocator.release("disk");
        Files.write(fixture.file("disk"), new byte[8192]);
        Files.move(fixture.file("other~header"), fixture.file("disk~header"));
        Files.writeString(fixture.file("disk~header"), fixture.header("disk"));
        fixture.writeHeader("disk", fixture.folder.resolveSibling("elsewhere/disk"), 5000, 8192);
        assertRejected("its header belongs to " + fixture.folder.resolveSibling("elsewhere/disk"));
    }

    @Test
    void shouldNotTakeUpASymbolicLink() throws IOException {
        Files.move(fixture.file("disk"), root.resolve("moved"));
        Files.createSymbolicLink(fixture.file("disk"), root.resolve("moved"));
        fixture.restart();
        assertThat(fixture.allocator.find("disk")).isEmpty();
        assertThat(root.resolve("moved")).hasSize(8192);
        Files.delete(fixture.file("disk"));
    }

    @Test
    void shouldWaitForTheFileSystemThatALeaseLiesIn() throws IOException {
        fixture.writeHeader("huge", root.resolve("huge/hotbay/test-1/huge"), 4096, 4096);
        fixture.restart();
        assertThat(fixture.warned("huge~header", "is its file system mounted?")).isTrue();
        assertThatThrownBy(() -> fixture.allocator.lease("huge", 4096, -1))
                .hasMessageContaining(root.resolve("huge/hotbay/test-1/huge") + ", cannot be reached");
        assertThat(fixture.allocator.clean())
                .extracting(LeftoverFile::path)
                .containsExactlyInAnyOrder(
                        fixture.file("disk").toString(),
                        fixture.file("huge~header").toString());
        assertThat(fixture.allocator.lease("huge", 4096, -1).size()).isEqualTo(4096);
    }

    @Test
    void shouldLeaseAgainWhenSomebodyHasRemovedTheFileByHand() throws IOException {
        Files.delete(fixture.file("disk~header"));
        fixture.restart();
        Files.delete(fixture.file("disk"));
        assertThat(fixture.allocator.lease("disk", 100, -1).size()).isEqualTo(100);
    }

    @Test
    void shouldLeaveAForeignFileInPlaceWhenTheTargetStops() throws IOException {
        Files.writeString(fixture.file("foreign"), "contents");
        fixture.restart();
        fixture.allocator.end(true);
        assertThat(fixture.file("foreign")).hasContent("contents");
        assertThat(fixture.file("disk")).doesNotExist();
        assertThat(fixture.file("disk~header")).doesNotExist();
        fixture.start();
        assertThat(fixture.allocator.clean()).extracting(LeftoverFile::size).containsExactly(8L);
    }
}
