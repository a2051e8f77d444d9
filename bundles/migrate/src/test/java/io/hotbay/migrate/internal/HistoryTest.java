// SPDX-License-Identifier: Apache-2.0
package io.hotbay.migrate.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.target.BdevSuccession.Recovered;
import io.hotbay.target.MigrationStatus;
import io.hotbay.target.MigrationStatus.State;
import io.hotbay.target.PauseSum;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
    private static final List<Recovered> NOTHING = List.of();

    @TempDir
    private Path directory;

    private static MigrationStatus status(String bdev, State state) {
        return new MigrationStatus(bdev, "malloc", "uring", state, 100, 50, 10, 5000, "", new PauseSum(2, 64, 1500, 7));
    }

    @Test
    void shouldRememberMigrationsOverRestarts() throws Exception {
        Path file = directory.resolve("migrate").resolve("history.jsonl");
        assertThat(new History(file).read()).isEmpty();

        new History(file).write(List.of(status("A", State.DONE), status("B", State.COPYING)));

        assertThat(new History(file).read()).containsExactly(status("A", State.DONE), status("B", State.COPYING));
    }

    @Test
    void shouldReadWhatWasWrittenBeforePausesWere() throws Exception {
        Path file = directory.resolve("history.jsonl");
        Files.writeString(file, "{\"bdev\":\"A\",\"state\":\"DONE\",\"bytes\":100,\"copied\":100,\"reason\":\"\"}\n");

        assertThat(new History(file).read())
                .singleElement()
                .extracting(MigrationStatus::pauses)
                .isEqualTo(PauseSum.NONE);
    }

    @Test
    void shouldLoseNoOtherMigrationToALineThatMakesNoSense() throws Exception {
        Path file = directory.resolve("history.jsonl");
        new History(file).write(List.of(status("A", State.DONE)));
        Files.writeString(file, "[]\n\n{}\n{\"bdev\":\"B\",\"st", StandardOpenOption.APPEND);

        assertThat(new History(file).read()).containsExactly(status("A", State.DONE));
    }

    @Test
    void shouldSayWhyAMigrationFailedThatEndedWithItsProcess() {
        List<Recovered> recovered = List.of(new Recovered("A", false, "its destination is deleted"));

        for (State last : List.of(State.COPYING, State.SWITCHING)) {
            MigrationStatus outcome = Outcome.of(status("A", last), recovered);
            assertThat(outcome.state()).isEqualTo(State.FAILED);
            assertThat(outcome.copied()).isEqualTo(50);
            assertThat(outcome.pauses().requests()).isEqualTo(64);
            assertThat(outcome.reason())
                    .isEqualTo("bdev A stays a malloc bdev, its migration has failed: the target ended in the middle of"
                            + " it; begin again with bdev:migrate; its destination is deleted");
        }
        assertThat(Outcome.of(status("A", State.COPYING), NOTHING).state()).isEqualTo(State.FAILED);
    }

    @Test
    void shouldTakeAMigrationForDoneWhoseDestinationIsInCharge() {
        List<Recovered> recovered =
                List.of(new Recovered("B", false, "of another"), new Recovered("A", true, "its source is deleted"));

        for (MigrationStatus outcome : List.of(
                Outcome.of(status("A", State.COPYING), recovered),
                Outcome.of(status("A", State.SWITCHING), recovered),
                Outcome.of(status("A", State.SWITCHING), NOTHING))) {
            assertThat(outcome.state()).isEqualTo(State.DONE);
            assertThat(outcome.copied()).isEqualTo(100);
            assertThat(outcome.reason()).isEmpty();
        }
    }
}
