// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import io.hotbay.target.OptionDescription;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * One option that a component takes.
 *
 * @param name its key
 * @param type what its values are
 * @param cardinality as in metatype: 0 for one value, positive for an array, negative for a collection
 * @param defaultValue what counts when it is not given; empty for nothing
 * @param required whether it must be given
 * @param choices the only values it takes, or empty
 * @param description for people
 * @param bounds says of the text of a value what is wrong with it, or ""
 */
record Option(
        String name,
        ValueType type,
        int cardinality,
        String defaultValue,
        boolean required,
        List<String> choices,
        String description,
        UnaryOperator<String> bounds) {
    Option {
        choices = List.copyOf(choices);
    }

    OptionDescription describe() {
        return new OptionDescription(name, type.label(), defaultValue, required, description);
    }

    /**
     * Makes a value that Configuration Admin and the component take, from text or from what a JSON file holds.
     *
     * @throws IllegalArgumentException if it cannot be; the message goes after the option's name
     */
    Object convert(Object value) {
        if (cardinality == 0) {
            return single(value);
        }
        List<Object> values = elements(value).stream().map(this::single).toList();
        if (cardinality < 0) {
            return new ArrayList<>(values);
        }
        Object array = Array.newInstance(type.javaType(), values.size());
        for (int i = 0; i < values.size(); i++) {
            Array.set(array, i, values.get(i));
        }
        return array;
    }

    /** The values in an array, a collection or a text with commas. */
    private static Collection<?> elements(Object value) {
        if (value instanceof Collection<?> collection) {
            return collection;
        }
        if (value.getClass().isArray()) {
            List<Object> values = new ArrayList<>();
            for (int i = 0; i < Array.getLength(value); i++) {
                values.add(Array.get(value, i));
            }
            return values;
        }
        String text = value.toString().strip();
        return text.isEmpty() ? List.of() : Arrays.asList(text.split("\\s*,\\s*", -1));
    }

    private Object single(Object value) {
        if (value instanceof Collection<?>
                || value instanceof Map<?, ?>
                || value.getClass().isArray()) {
            throw new IllegalArgumentException("must be one " + type.label());
        }
        String text =
                value instanceof BigDecimal number ? number.stripTrailingZeros().toPlainString() : value.toString();
        Object converted = type.parse(choice(text));
        // An empty text is the way to say "nothing" where nothing is allowed.
        String wrong = text.isEmpty() && !required ? "" : bounds.apply(converted.toString());
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(wrong + ", not " + text);
        }
        return converted;
    }

    private String choice(String text) {
        if (choices.isEmpty() || (text.isEmpty() && !required)) {
            return text;
        }
        return choices.stream()
                .filter(text::equalsIgnoreCase)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "must be one of " + String.join(", ", choices) + ", not \"" + text + "\""));
    }

    /** Whether two values mean the same, of which each may be missing, be text or be typed. */
    boolean same(Object one, Object other) {
        return comparable(one).equals(comparable(other));
    }

    private List<String> comparable(Object value) {
        Object effective = value == null ? defaultValue : value;
        try {
            Object converted = convert(effective);
            return elementsAsText(converted);
        } catch (IllegalArgumentException e) {
            return elementsAsText(effective);
        }
    }

    private List<String> elementsAsText(Object value) {
        if (cardinality == 0) {
            return List.of(value.toString());
        }
        List<String> texts = new ArrayList<>();
        elements(value).forEach(element -> texts.add(String.valueOf(element)));
        return texts;
    }
}
