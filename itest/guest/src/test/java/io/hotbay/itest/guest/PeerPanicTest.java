// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

class PeerPanicTest {
    private final PeerPanic panic = new PeerPanic();

    @TempDir
    private Path directory;

    private GuestFailure failureAfter(String output) throws IOException {
        Logs logs = new Logs(directory);
        Files.writeString(logs.file("storage-daemon.log"), output);
        return logs.failure("Not within 180 s: the end of job 11");
    }

    @Test
    void shouldSkipWhatFailsAfterThePeerHasGivenUp() throws IOException {
        GuestFailure failure =
                failureAfter("qemu-storage-daemon: vu_panic: Error writing eventfd: Bad file descriptor\n");

        assertThatThrownBy(() -> panic.handleTestExecutionException(null, failure))
                .isInstanceOf(TestAbortedException.class);
        assertThat(panic.evaluateExecutionCondition(null).isDisabled()).isTrue();
    }

    @Test
    void shouldLetOtherFailuresFail() throws IOException {
        GuestFailure failure = failureAfter("qemu-storage-daemon: something else\n");

        assertThatThrownBy(() -> panic.handleTestExecutionException(null, failure))
                .isSameAs(failure);
        AssertionError other = new AssertionError("qemu-storage-daemon: vu_panic: said by somebody else");
        assertThatThrownBy(() -> panic.handleTestExecutionException(null, other))
                .isSameAs(other);
        assertThat(panic.evaluateExecutionCondition(null).isDisabled()).isFalse();
        assertThat(PeerPanic.tellsOfPanic(new GuestFailure("no log"))).isFalse();
    }
}
