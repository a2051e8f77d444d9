// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import java.util.regex.Pattern;

/** Names of leases are names of files; everything else in a folder of leases has a '~' in its name. */
final class LeaseName {
    /** '.' and '..' are names of folders. */
    private static final Pattern ALLOWED = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,200}");

    private static final String UNFINISHED = "~";
    private static final String HEADER = "~header";

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

    /** Name of the file that holds the header of a lease. */
    static String header(String name) {
        return name + HEADER;
    }

    static boolean isHeader(String fileName) {
        return fileName.endsWith(HEADER) && isValid(ofHeader(fileName));
    }

    /** Name of the lease that a header's file belongs to. */
    static String ofHeader(String fileName) {
        return without(HEADER, fileName);
    }

    /** Name of a file, of a lease's memory or of its header, while it is being made. */
    static String unfinished(String fileName) {
        return fileName + UNFINISHED;
    }

    static boolean isUnfinished(String fileName) {
        if (!fileName.endsWith(UNFINISHED)) {
            return false;
        }
        String finished = without(UNFINISHED, fileName);
        return isValid(finished) || isHeader(finished);
    }

    private static String without(String end, String fileName) {
        return fileName.substring(0, fileName.length() - end.length());
    }
}
