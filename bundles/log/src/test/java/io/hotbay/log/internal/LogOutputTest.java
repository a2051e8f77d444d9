// SPDX-License-Identifier: Apache-2.0
package io.hotbay.log.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.Logger;

class LogOutputTest {
    @TempDir
    Path directory;

    private final FakeLog log = new FakeLog();
    private final ByteArrayOutputStream console = new ByteArrayOutputStream();

    @Test
    void shouldReplayInOrderWhatWasLoggedBefore() {
        log.log(LogLevel.INFO, "io.hotbay.linux", "first");
        log.log(LogLevel.WARN, "io.hotbay.reactor", "second");
        start(null, null);
        assertThat(console.toString(UTF_8).lines())
                .satisfiesExactly(
                        line -> assertThat(line).endsWith(" INFO  linux       first"),
                        line -> assertThat(line).endsWith(" WARN  reactor     second"));
    }

    @Test
    void shouldNotWriteAReplayedEntryAgainWhenTheListenerIsGivenItToo() {
        log.log(LogLevel.INFO, "a", "once");
        start(null, null);
        log.alsoQueueHistory();
        log.log(LogLevel.INFO, "a", "new");
        log.deliver();
        assertThat(messages()).containsExactly("once", "new");
    }

    @Test
    void shouldWriteWhatTheListenerWasNotGivenWhenItStops() {
        LogOutput output = start(null, null);
        log.log(LogLevel.INFO, "a", "delivered");
        log.deliver();
        log.log(LogLevel.INFO, "a", "late");
        output.deactivate();
        assertThat(messages()).containsExactly("delivered", "late");
    }

    @Test
    void shouldNotRepeatTheHistoryAfterAnUpdate() {
        log.log(LogLevel.INFO, "a", "one");
        start(null, null).deactivate();
        log.log(LogLevel.INFO, "a", "two");
        start(null, null);
        assertThat(messages()).containsExactly("one", "two");
    }

    @Test
    void shouldHideEntriesBelowTheLevelAndTellTheLogService() {
        log.levels.put("other", LogLevel.TRACE);
        start("WARN", null);
        log.log(LogLevel.INFO, "a", "hidden");
        log.log(LogLevel.ERROR, "a", "shown");
        log.log(LogLevel.AUDIT, "a", "always");
        log.deliver();
        assertThat(messages()).containsExactly("shown", "always");
        assertThat(log.levels)
                .containsEntry(Logger.ROOT_LOGGER_NAME, LogLevel.WARN)
                .containsEntry("other", LogLevel.TRACE);
    }

    @Test
    void shouldAskOwnBundlesOnlyForDetails() {
        start("DEBUG", null);
        assertThat(log.levels)
                .containsEntry(Logger.ROOT_LOGGER_NAME, LogLevel.INFO)
                .containsEntry("io.hotbay", LogLevel.DEBUG);
    }

    @Test
    void shouldShowOfTheComponentRuntimeOnlyWhatWentWrongAndWithoutItsPrefix() {
        start("DEBUG", null);
        log.log(LogLevel.DEBUG, "a", "bundle io.hotbay.x:0.1.0 (17)[io.hotbay.x.Y(11)] : Changed state");
        log.log(LogLevel.ERROR, "a", "bundle io.hotbay.x:0.1.0 (17)[io.hotbay.x.Y(11)] : Cannot instantiate");
        log.log(LogLevel.INFO, "a", "bundle org.apache.felix.scr:2.2.18 (8)  Version = 2.2.18");
        log.log(LogLevel.INFO, "a", "bundle of joy");
        log.deliver();
        assertThat(messages()).containsExactly("Cannot instantiate", "bundle of joy");
    }

    @Test
    void shouldHideEventsThatAreNoWarnings() {
        start("DEBUG", null);
        log.log(LogLevel.INFO, "Events.B.x", "BundleEvent STARTED");
        log.log(LogLevel.DEBUG, "Events.S.x", "ServiceEvent MODIFIED");
        log.log(LogLevel.ERROR, "Events.F.x", "FrameworkEvent ERROR");
        log.deliver();
        assertThat(messages()).containsExactly("FrameworkEvent ERROR");
    }

    @Test
    void shouldGoOnWithAnotherLevelAndFile() throws IOException {
        Path file = directory.resolve("hotbay.log");
        LogOutput output = start("INFO", null);
        output.modified(FakeLog.config("DEBUG", file.toString()));
        log.log(LogLevel.DEBUG, "a", "detail");
        log.deliver();
        output.deactivate();
        assertThat(messages()).containsExactly("detail");
        assertThat(Files.readString(file)).endsWith(" detail\n");
        assertThat(log.levels).isEmpty();
    }

    @Test
    void shouldSayThatTheFileCannotBeWrittenAndLogToTheConsole() {
        start(null, directory.toString());
        log.log(LogLevel.INFO, "a", "still here");
        log.deliver();
        assertThat(messages())
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("log file " + directory + " cannot be written"),
                        second -> assertThat(second).isEqualTo("still here"));
    }

    private LogOutput start(String level, String file) {
        ReplayMark mark = new ReplayMark(directory.resolve("mark"));
        return new LogOutput(log, log, FakeLog.config(level, file), key -> null, mark, console);
    }

    /** What follows time, level and name in each line. */
    private List<String> messages() {
        return console.toString(UTF_8)
                .lines()
                .map(line -> line.substring("2026-11-22 13:01:02.123 INFO  vhost-user  ".length()))
                .toList();
    }
}
