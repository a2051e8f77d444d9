// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Checks a whole document before any of it is applied. */
final class DocumentCheck {
    private final Catalogue catalogue;
    private final EntryCheck entries;
    private final Map<String, String> existing;

    /**
     * Makes a check.
     *
     * @param existing types of the bdevs that there are, by name
     */
    DocumentCheck(Catalogue catalogue, Map<String, String> existing) {
        this.catalogue = catalogue;
        this.entries = new EntryCheck(catalogue);
        this.existing = existing;
    }

    /** The types and sections of a document that no bundle offers yet. */
    static Set<String> missing(TargetDocument document, Catalogue catalogue) {
        Set<String> missing = new TreeSet<>();
        document.bdevs().stream().map(BdevEntry::type).forEach(missing::add);
        missing.removeAll(catalogue.bdevTypes());
        Set<String> controllerTypes = catalogue.controllerTypes();
        for (ControllerEntry controller : document.controllers()) {
            if (!controllerTypes.contains(controller.type())
                    || catalogue.controllerOptions().isEmpty()) {
                missing.add(controller.type());
            }
        }
        for (String section : document.sections().keySet()) {
            if (catalogue.sectionOptions(section).isEmpty()) {
                missing.add(section);
            }
        }
        return missing;
    }

    /** The document with typed options. */
    TargetDocument check(TargetDocument document) throws DocumentException {
        TargetDocument checked = new TargetDocument(new ArrayList<>(), new ArrayList<>(), new LinkedHashMap<>());
        for (Map.Entry<String, Map<String, Object>> section :
                document.sections().entrySet()) {
            checked.sections().put(section.getKey(), section(section.getKey(), section.getValue()));
        }
        Set<String> names = new HashSet<>();
        for (BdevEntry bdev : document.bdevs()) {
            String place = "bdevs[" + checked.bdevs().size() + "].";
            checkOnce(place, names, bdev.name());
            checked.bdevs().add(bdev(place, bdev));
        }
        Set<String> bdevs = new HashSet<>(names);
        bdevs.addAll(existing.keySet());
        names.clear();
        for (ControllerEntry controller : document.controllers()) {
            String place = "controllers[" + checked.controllers().size() + "].";
            checkOnce(place, names, controller.name());
            checked.controllers().add(controller(place, controller, bdevs));
        }
        return checked;
    }

    private Map<String, Object> section(String name, Map<String, Object> given) throws DocumentException {
        Optional<OptionSet> options = catalogue.sectionOptions(name);
        if (options.isEmpty()) {
            throw new DocumentException(name + " cannot be configured: no bundle that takes it is started");
        }
        try {
            return options.get().convert(given);
        } catch (OptionException e) {
            throw new DocumentException(name + "." + e.getMessage());
        }
    }

    private BdevEntry bdev(String place, BdevEntry wanted) throws DocumentException {
        String type = existing.get(wanted.name());
        if (type != null && !type.equals(wanted.type())) {
            throw new DocumentException(place + "type is " + wanted.type() + ", but " + wanted.name() + " is a " + type
                    + " bdev: choose another name, or delete it first with bdev:delete " + wanted.name());
        }
        try {
            return entries.bdev(wanted);
        } catch (OptionException e) {
            throw new DocumentException(place + e.getMessage());
        }
    }

    private ControllerEntry controller(String place, ControllerEntry wanted, Set<String> bdevs)
            throws DocumentException {
        try {
            return entries.controller(wanted, List.copyOf(bdevs));
        } catch (OptionException e) {
            throw new DocumentException(place + e.getMessage());
        }
    }

    private static void checkOnce(String place, Set<String> names, String name) throws DocumentException {
        if (!names.add(name)) {
            throw new DocumentException(
                    place + "name " + name + " is there twice: choose another name for one of them");
        }
    }
}
