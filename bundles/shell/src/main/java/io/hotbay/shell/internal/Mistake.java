// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is wrong with the words of a command, without terms of Java's or picocli's. */
final class Mistake {
    private Mistake() {}

    static String of(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
            return "Unexpected argument: '" + unmatched.getUnmatched().get(0) + "'";
        }
        // A slip in picocli 4.7.
        return e.getMessage().replace("option option", "option");
    }

    /** Has words that are no numbers explained. */
    static void explainNumbers(CommandLine line) {
        ITypeConverter<Integer> integer = text -> number(text, "whole number", Integer::valueOf);
        ITypeConverter<Long> wide = text -> number(text, "whole number", Long::valueOf);
        ITypeConverter<Double> any = text -> number(text, "number", Double::valueOf);
        line.registerConverter(int.class, integer);
        line.registerConverter(Integer.class, integer);
        line.registerConverter(long.class, wide);
        line.registerConverter(double.class, any);
        line.registerConverter(Double.class, any);
    }

    private static <N> N number(String text, String kind, ITypeConverter<N> converter) throws Exception {
        try {
            return converter.convert(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + text + "' is no " + kind);
        }
    }
}
