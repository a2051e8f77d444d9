// SPDX-License-Identifier: Apache-2.0
package io.hotbay.launcher;

import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** What {@code bin/hotbay} does by itself, listed here so that it is found. */
final class ArchiveCommand implements LauncherCommand {
    @Override
    public String name() {
        return "hotbay archive";
    }

    @Override
    public String operands() {
        return "";
    }

    @Override
    public String summary() {
        return "Make later starts faster: keep the classes of this JDK in lib/ of the installation.";
    }

    @Override
    public Options options() {
        return new Options();
    }

    @Override
    public int run(CommandLine line) throws LaunchException {
        throw new LaunchException("archive takes no arguments, and works with bin/hotbay of an installation only");
    }
}
