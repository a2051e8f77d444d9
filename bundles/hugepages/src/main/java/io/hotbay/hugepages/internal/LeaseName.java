// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import java.util.regex.Pattern;

/** Names of leases are names of files; everything else in a folder of leases has a '~' in its name. */
final class LeaseName {
    /** '.' and '..' are names of folders. */
    private static final Pattern ALLOWED = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,200}");

    private static final String UNFINISHED = "~";

    private LeaseName() {}

    static boolean isValid(String name) {
        return ALLOWED.matcher(name).matches();
    }

    /** @throws IllegalArgumentException if nobody may lease under that name */
    static String check(String name) {
        if (!isValid(name)) {
            throw new IllegalArgumentException("lease name \"" + name
                    + "\": use 1 to 200 letters, digits, '.', '_' and '-'; \".\" and \"..\" do not count");
        }
        return name;
    }

    /** Name of the file while the lease is being made. */
    static String unfinished(String name) {
        return name + UNFINISHED;
    }

    static boolean isUnfinished(String fileName) {
        return fileName.endsWith(UNFINISHED) && isValid(fileName.substring(0, fileName.length() - UNFINISHED.length()));
    }
}
