// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import java.util.Optional;
import java.util.regex.Pattern;

/** What bdevs and controllers may be called: names go into paths, filters and configurations as they are. */
final class TargetName {
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    /** Names of directories, not of sockets in them. */
    private static final Pattern DOTS = Pattern.compile("\\.{1,2}");

    private TargetName() {}

    /** What is wrong with a name, if anything; to be put after what the name is of. */
    static Optional<String> problem(String name) {
        if (ALLOWED.matcher(name).matches() && !DOTS.matcher(name).matches()) {
            return Optional.empty();
        }
        return Optional.of("\"" + name + "\" is not possible: use 1 to 64 letters, digits, '.', '_' and '-'");
    }
}
