// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;

/** A Gogo session of a test. */
final class Shell implements AutoCloseable {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final PrintStream printer = new PrintStream(out, true, StandardCharsets.UTF_8);
    private final CommandSession session = Framework.service(CommandProcessor.class)
            .createSession(new ByteArrayInputStream(new byte[0]), printer, printer);

    /** Runs a script and returns what it has printed. */
    String run(String script) throws Exception {
        out.reset();
        session.execute(script);
        return printed();
    }

    /** What the last script has printed, also when it failed. */
    String printed() {
        printer.flush();
        return out.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        session.close();
    }
}
