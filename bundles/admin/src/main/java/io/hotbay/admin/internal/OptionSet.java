// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import io.hotbay.target.OptionDescription;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** All options of one kind of thing, such as malloc bdevs, in the order in which their metatype has them. */
final class OptionSet {
    private final String owners;
    private final Map<String, Option> options = new LinkedHashMap<>();

    /**
     * Makes a set.
     *
     * @param owners whose options they are, in the plural: "malloc bdevs"
     */
    OptionSet(String owners, List<Option> options) {
        this.owners = owners;
        options.forEach(option -> this.options.put(option.name(), option));
    }

    List<OptionDescription> describe() {
        return options.values().stream().map(Option::describe).toList();
    }

    boolean has(String name) {
        return options.containsKey(name);
    }

    /** Converts what was given, in the set's own order; complains of what is unknown, missing or not allowed. */
    Map<String, Object> convert(Map<String, ?> given) throws OptionException {
        for (String name : new TreeSet<>(given.keySet())) {
            if (!options.containsKey(name)) {
                throw new OptionException(name, "is no option of " + owners + ": " + instead());
            }
        }
        Map<String, Object> converted = new LinkedHashMap<>();
        for (Option option : options.values()) {
            Object value = given.get(option.name());
            if (value != null) {
                converted.put(option.name(), convert(option, value));
            } else if (option.required()) {
                throw new OptionException(option.name(), "is missing: " + owners + " need it");
            }
        }
        return converted;
    }

    private static Object convert(Option option, Object value) throws OptionException {
        try {
            return option.convert(value);
        } catch (IllegalArgumentException e) {
            throw new OptionException(option.name(), e.getMessage());
        }
    }

    private String instead() {
        return options.isEmpty() ? "they have none" : "use " + String.join(", ", options.keySet());
    }

    /** Whether two sets of values mean the same, defaults considered. */
    boolean same(Map<String, ?> one, Map<String, ?> other) {
        return options.keySet().containsAll(one.keySet())
                && options.keySet().containsAll(other.keySet())
                && options.values().stream()
                        .allMatch(option -> option.same(one.get(option.name()), other.get(option.name())));
    }

    /** Whether properties of a running component show that it has taken these values. */
    boolean shows(Map<String, ?> properties, Map<String, ?> wanted) {
        return options.values().stream()
                .allMatch(option -> option.same(properties.get(option.name()), wanted.get(option.name())));
    }
}
