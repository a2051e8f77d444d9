// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A short command of this machine, run to its end. */
final class ShellCommand {
    private ShellCommand() {}

    /** Runs it and returns its standard output; a status other than 0 is a failure. */
    static byte[] output(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            process.getOutputStream().close();
            byte[] output = process.getInputStream().readAllBytes();
            int status = process.waitFor();
            if (status != 0) {
                throw new GuestFailure(String.join(" ", command) + " ended with status " + status);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GuestFailure("Interrupted in " + String.join(" ", command), e);
        }
    }

    /** Runs it and returns the lines it prints. */
    static List<String> lines(List<String> command) {
        return new String(output(command), StandardCharsets.UTF_8).lines().toList();
    }
}
