// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts of memory as people write them: {@code 4GiB}, {@code 512M}, {@code 2048kB}; all units are powers of 1024. */
final class ByteSize {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,18})\\s*([kKmMgGtT])(?:i?[bB])?");
    private static final String UNITS = "KMGT";

    private ByteSize() {}

    /**
     * Reads an amount; a bare 0 is the only number that needs no unit.
     *
     * @throws IllegalArgumentException if it is none; the message says how to write it
     */
    static long parse(String what, String text) {
        String trimmed = text.strip();
        if (trimmed.equals("0")) {
            return 0;
        }
        Matcher matcher = TEXT.matcher(trimmed);
        if (!matcher.matches()) {
            throw malformed(what, text);
        }
        int shift = 10 * (UNITS.indexOf(Character.toUpperCase(matcher.group(2).charAt(0))) + 1);
        long number = Long.parseLong(matcher.group(1));
        if (number > Long.MAX_VALUE >> shift) {
            throw malformed(what, text);
        }
        return number << shift;
    }

    private static IllegalArgumentException malformed(String what, String text) {
        return new IllegalArgumentException(
                what + " is \"" + text + "\": write an amount with its unit, for example 512MiB or 4GiB");
    }

    /** Writes an amount in the largest unit that divides it: {@code 4 GiB}, {@code 1536 MiB}. */
    static String text(long bytes) {
        int unit = Math.min(Long.numberOfTrailingZeros(bytes) / 10, UNITS.length());
        return bytes == 0 || unit == 0 ? bytes + " bytes" : (bytes >> 10 * unit) + " " + UNITS.charAt(unit - 1) + "iB";
    }

    /** As {@link #text}, in one word, for commands. */
    static String word(long bytes) {
        return text(bytes).replace(" ", "");
    }
}
