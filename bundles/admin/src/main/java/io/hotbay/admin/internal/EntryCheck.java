// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import java.util.Collection;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Checks bdevs and controllers that are wanted against what can be configured, and types their options. */
final class EntryCheck {
    static final String TYPE = "type";
    static final String NAME = "name";
    static final String BDEV = "bdev";

    private final Catalogue catalogue;

    EntryCheck(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    BdevEntry bdev(BdevEntry wanted) throws OptionException {
        checkName(wanted.name());
        Optional<OptionSet> options = catalogue.bdevOptions(wanted.type());
        if (options.isEmpty()) {
            throw new OptionException(TYPE, unknown(wanted.type(), catalogue.bdevTypes()));
        }
        return wanted.withOptions(options.get().convert(wanted.options()));
    }

    /**
     * Checks a controller.
     *
     * @param bdevs names of the bdevs that there are
     */
    ControllerEntry controller(ControllerEntry wanted, Collection<String> bdevs) throws OptionException {
        checkName(wanted.name());
        SortedSet<String> types = catalogue.controllerTypes();
        Optional<OptionSet> options = catalogue.controllerOptions();
        if (!types.contains(wanted.type()) || options.isEmpty()) {
            throw new OptionException(TYPE, unknown(wanted.type(), options.isEmpty() ? new TreeSet<>() : types));
        }
        if (!bdevs.contains(wanted.bdev())) {
            throw new OptionException(BDEV, "\"" + wanted.bdev() + "\" does not exist: " + instead(bdevs));
        }
        return wanted.withOptions(options.get().convert(wanted.options()));
    }

    private static void checkName(String name) throws OptionException {
        Optional<String> problem = TargetName.problem(name);
        if (problem.isPresent()) {
            throw new OptionException(NAME, problem.get());
        }
    }

    /** What to say after a type that is not there. */
    static String unknown(String type, Collection<String> types) {
        String remedy = types.isEmpty() ? "no bundle with such types is started" : "use " + String.join(", ", types);
        return "\"" + type + "\" is unknown: " + remedy;
    }

    /** Which bdevs to use instead of one that is not there. */
    static String instead(Collection<String> bdevs) {
        return bdevs.isEmpty()
                ? "there are none, create one with bdev:create"
                : "use " + String.join(", ", new TreeSet<>(bdevs));
    }
}
