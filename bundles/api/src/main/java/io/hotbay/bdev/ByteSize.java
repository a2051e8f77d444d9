// SPDX-License-Identifier: Apache-2.0
package io.hotbay.bdev;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers of bytes as people write them: {@code 64MiB}, {@code 1G}, {@code 1.5 TiB}, {@code 67108864}. */
public final class ByteSize {
    /** Unit letters in rising order, each 1024 times the one before; a blank for bytes. */
    private static final String UNITS = " KMGT";

    private static final Pattern FORM = Pattern.compile("(\\d{1,19}(?:\\.\\d{1,19})?)\\s*([KMGT]?)(?:I?B)?");

    /** Exact figures from here on are too long to read; they are rounded to a larger unit. */
    private static final long READABLE = 10_000;

    private ByteSize() {}

    /**
     * Reads a number of bytes. A suffix K, M, G or T, with or without {@code iB} or {@code B} behind it and in either case,
     * multiplies by powers of 1024; a number alone is bytes.
     *
     * @throws IllegalArgumentException if it is none, is no whole number of bytes, or is 2^63 or more; the message says how
     *     to write it
     */
    public static long parse(String text) {
        Matcher matcher = FORM.matcher(text.strip().toUpperCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw malformed(text);
        }
        int power = matcher.group(2).isEmpty() ? 0 : UNITS.indexOf(matcher.group(2));
        try {
            return new BigDecimal(matcher.group(1))
                    .multiply(BigDecimal.valueOf(unit(power)))
                    .longValueExact();
        } catch (ArithmeticException e) {
            throw malformed(text);
        }
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "\"" + text + "\" is no size: write a number of bytes, or one with a unit such as 64MiB or 1G");
    }

    /**
     * Writes a number of bytes: {@code 64 MiB}, {@code 512 B}. It is exact where that is short, otherwise rounded to one
     * decimal place.
     */
    public static String format(long bytes) {
        for (int power = UNITS.length() - 1; power >= 0; power--) {
            if (bytes % unit(power) == 0 && (bytes != 0 || power == 0) && Math.abs(bytes / unit(power)) < READABLE) {
                return bytes / unit(power) + " " + name(power);
            }
        }
        int power = UNITS.length() - 1;
        while (Math.abs(bytes / unit(power)) == 0) {
            power--;
        }
        return String.format(Locale.ROOT, "%.1f %s", (double) bytes / unit(power), name(power));
    }

    private static long unit(int power) {
        return 1L << 10 * power;
    }

    private static String name(int power) {
        return power == 0 ? "B" : UNITS.charAt(power) + "iB";
    }
}
