// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

/**
 * A health check as it was registered.
 *
 * @param name its name; that of its service when it has none
 * @param tags what it can be picked by
 * @param execution runs it
 */
record NamedCheck(String name, List<String> tags, Callable<Result> execution) {
    NamedCheck {
        tags = List.copyOf(tags);
    }

    static NamedCheck of(ServiceReference<HealthCheck> reference, Callable<Result> execution) {
        Object name = reference.getProperty(HealthCheck.NAME);
        return new NamedCheck(
                name == null ? "service " + reference.getProperty(Constants.SERVICE_ID) : name.toString(),
                texts(reference.getProperty(HealthCheck.TAGS)),
                execution);
    }

    /** Whether a word means this check: its name, or one of its tags. */
    boolean answersTo(String word) {
        return name.equals(word) || tags.contains(word);
    }

    /** One text, an array or a collection: a service property may be any of them. */
    private static List<String> texts(Object property) {
        if (property == null) {
            return List.of();
        }
        if (property instanceof Object[] several) {
            return Stream.of(several).map(String::valueOf).toList();
        }
        return property instanceof Collection<?> several
                ? several.stream().map(String::valueOf).toList()
                : List.of(property.toString());
    }
}
