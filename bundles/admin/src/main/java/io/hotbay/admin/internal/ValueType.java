// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.service.metatype.AttributeDefinition;

/** The kinds of values an option can have. */
enum ValueType {
    STRING(String.class),
    BOOLEAN(Boolean.class),
    BYTE(Byte.class),
    SHORT(Short.class),
    INTEGER(Integer.class),
    LONG(Long.class),
    FLOAT(Float.class),
    DOUBLE(Double.class),
    CHARACTER(Character.class);

    private static final String UNITS = "KMGT";

    /** A whole number, with a unit of 1024 where it helps: 64MiB, 64M, 512. */
    private static final Pattern WHOLE =
            Pattern.compile("([+-]?\\d+)\\s*(?:([" + UNITS + "])(?:i?B)?|B)?", Pattern.CASE_INSENSITIVE);

    private static final int SHIFT_OF_A_UNIT = 10;

    private final Class<?> javaType;

    ValueType(Class<?> javaType) {
        this.javaType = javaType;
    }

    /** The kind that metatype gives a number to; what has no kind of its own is text. */
    static ValueType of(int attributeType) {
        return switch (attributeType) {
            case AttributeDefinition.BOOLEAN -> BOOLEAN;
            case AttributeDefinition.BYTE -> BYTE;
            case AttributeDefinition.SHORT -> SHORT;
            case AttributeDefinition.INTEGER -> INTEGER;
            case AttributeDefinition.LONG -> LONG;
            case AttributeDefinition.FLOAT -> FLOAT;
            case AttributeDefinition.DOUBLE -> DOUBLE;
            case AttributeDefinition.CHARACTER -> CHARACTER;
            default -> STRING;
        };
    }

    Class<?> javaType() {
        return javaType;
    }

    /** Its name for people. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads a value.
     *
     * @throws IllegalArgumentException if the text is not of this kind; the message says what it must be
     */
    Object parse(String text) {
        return switch (this) {
            case STRING -> text;
            case BOOLEAN -> bool(text);
            case BYTE -> (byte) whole(text, Byte.MIN_VALUE, Byte.MAX_VALUE);
            case SHORT -> (short) whole(text, Short.MIN_VALUE, Short.MAX_VALUE);
            case INTEGER -> (int) whole(text, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case LONG -> whole(text, Long.MIN_VALUE, Long.MAX_VALUE);
            case FLOAT -> (float) decimal(text);
            case DOUBLE -> decimal(text);
            case CHARACTER -> character(text);
        };
    }

    private static boolean bool(String text) {
        if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
            return text.equalsIgnoreCase("true");
        }
        throw mustBe("true or false", text);
    }

    private static long whole(String text, long least, long most) {
        Matcher number = WHOLE.matcher(text.strip());
        if (!number.matches()) {
            throw mustBe("a whole number", text);
        }
        try {
            String unit = number.group(2);
            int power = unit == null ? 0 : UNITS.indexOf(unit.toUpperCase(Locale.ROOT)) + 1;
            long value = Math.multiplyExact(Long.parseLong(number.group(1)), 1L << SHIFT_OF_A_UNIT * power);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (ArithmeticException | NumberFormatException e) {
            // more digits than fit: the same answer as for a value just out of range
        }
        throw mustBe("a whole number from " + least + " to " + most, text);
    }

    private static double decimal(String text) {
        try {
            return Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
            throw mustBe("a number", text);
        }
    }

    private static char character(String text) {
        if (text.length() != 1) {
            throw mustBe("one character", text);
        }
        return text.charAt(0);
    }

    private static IllegalArgumentException mustBe(String what, String text) {
        return new IllegalArgumentException("must be " + what + ", not \"" + text + "\"");
    }
}
