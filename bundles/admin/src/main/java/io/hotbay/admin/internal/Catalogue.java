// SPDX-License-Identifier: Apache-2.0
package io.hotbay.admin.internal;

import java.util.Optional;
import java.util.SortedSet;

/** What can be configured now, with the bundles that are started. */
interface Catalogue {
    SortedSet<String> bdevTypes();

    Optional<OptionSet> bdevOptions(String type);

    SortedSet<String> controllerTypes();

    Optional<OptionSet> controllerOptions();

    Optional<OptionSet> sectionOptions(String section);
}
