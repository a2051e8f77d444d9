// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Offers malloc bdevs with a size and a block size, null bdevs, blk controllers and the section reactor. */
final class FakeCatalogue implements Catalogue {
    static Option option(String name, ValueType type, String defaultValue, boolean required) {
        return new Option(name, type, 0, defaultValue, required, List.of(), "", text -> "");
    }

    static Option ranged(String name, String defaultValue, long least, long most) {
        return new Option(name, ValueType.INTEGER, 0, defaultValue, false, List.of(), "", text -> {
            long value = Long.parseLong(text);
            return value < least || value > most ? "must be from " + least + " to " + most : "";
        });
    }

    private static final OptionSet MALLOC = new OptionSet(
            "malloc bdevs",
            List.of(option("size", ValueType.STRING, "", true), ranged("block_size", "512", 512, 65536)));
    private static final OptionSet NULL =
            new OptionSet("null bdevs", List.of(option("size", ValueType.STRING, "", true)));
    private static final OptionSet CONTROLLERS = new OptionSet(
            "controllers",
            List.of(
                    option("cpumask", ValueType.STRING, "", false),
                    option("readonly", ValueType.BOOLEAN, "false", false),
                    new Option("allowed_uids", ValueType.STRING, 64, "", false, List.of(), "", text -> "")));
    private static final OptionSet REACTOR =
            new OptionSet("reactor", List.of(option("spin_us", ValueType.INTEGER, "50", false)));

    @Override
    public SortedSet<String> bdevTypes() {
        return new TreeSet<>(List.of("malloc", "null"));
    }

    @Override
    public Optional<OptionSet> bdevOptions(String type) {
        return switch (type) {
            case "malloc" -> Optional.of(MALLOC);
            case "null" -> Optional.of(NULL);
            default -> Optional.empty();
        };
    }

    @Override
    public SortedSet<String> controllerTypes() {
        return new TreeSet<>(List.of("blk"));
    }

    @Override
    public Optional<OptionSet> controllerOptions() {
        return Optional.of(CONTROLLERS);
    }

    @Override
    public Optional<OptionSet> sectionOptions(String section) {
        return section.equals("reactor") ? Optional.of(REACTOR) : Optional.empty();
    }
}
