// SPDX-License-Identifier: Apache-2.0
package io.hotbay.keeper;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Something that is kept: facts, and open file descriptors that the facts refer to by their place in the list.
 *
 * @param facts made of strings, booleans, integers, longs, byte arrays, and of lists and maps of those; objects of any other
 *     class would keep the bundle alive that they came from
 * @param descriptors numbers of open file descriptors
 */
public record Kept(Map<String, Object> facts, List<Integer> descriptors) {
    /** @throws IllegalArgumentException if a fact is of a class that is not allowed */
    public Kept {
        check("facts", facts);
        facts = Map.copyOf(facts);
        descriptors = List.copyOf(descriptors);
    }

    private static void check(String name, Object value) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, element) -> {
                check("a key of " + name, key);
                check(name + " " + key, element);
            });
        } else if (value instanceof Collection<?> list) {
            list.forEach(element -> check("an element of " + name, element));
        } else if (!isPlain(value)) {
            throw new IllegalArgumentException(
                    name + " is of " + (value == null ? null : value.getClass()) + ", which cannot be kept");
        }
    }

    private static boolean isPlain(Object value) {
        return value instanceof String
                || value instanceof Boolean
                || value instanceof Integer
                || value instanceof Long
                || value instanceof byte[];
    }
}
