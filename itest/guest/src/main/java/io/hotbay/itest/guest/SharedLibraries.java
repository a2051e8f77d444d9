// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.guest;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The shared libraries, dynamic linker included, that programs of this machine are linked with. */
final class SharedLibraries {
    private static final Pattern LIBRARY = Pattern.compile("^\\s*(?:\\S+ => )?(/\\S+) \\(0x[0-9a-f]+\\)$");

    private SharedLibraries() {}

    static Set<Path> of(List<Path> programs) {
        Set<Path> libraries = new TreeSet<>();
        for (Path program : programs) {
            libraries.addAll(parse(ShellCommand.lines(List.of("ldd", program.toString()))));
        }
        return libraries;
    }

    /** Reads what ldd prints. */
    static Set<Path> parse(List<String> lines) {
        Set<Path> libraries = new TreeSet<>();
        for (String line : lines) {
            if (line.endsWith("not found")) {
                throw new GuestFailure("ldd: " + line.strip());
            }
            Matcher library = LIBRARY.matcher(line);
            if (library.matches()) {
                libraries.add(Path.of(library.group(1)));
            }
        }
        return libraries;
    }
}
