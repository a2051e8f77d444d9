// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import java.lang.reflect.Field;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.Converter;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * Converters that Gogo keeps although their bundle took them back. SCR registers a proxy that does not equal itself, so Gogo does not find it
 * again when it is to be removed, and each life of SCR would stay in memory for ever (SCR 2.2.18, Gogo 1.1.6).
 */
final class LostConverters {
    private static final String FIELD = "converters";

    private LostConverters() {}

    /** Removes those that are no services any more. */
    static void remove(CommandProcessor processor, BundleContext context) {
        Set<Converter> registered = Collections.newSetFromMap(new IdentityHashMap<>());
        try {
            for (ServiceReference<Converter> reference : context.getServiceReferences(Converter.class, null)) {
                Converter converter = context.getService(reference);
                if (converter != null) {
                    registered.add(converter);
                }
                context.ungetService(reference);
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        remove(processor, registered);
    }

    /** @param registered compared by identity */
    static void remove(CommandProcessor processor, Set<Converter> registered) {
        try {
            Field field = processor.getClass().getDeclaredField(FIELD);
            field.setAccessible(true);
            ((Collection<?>) field.get(processor))
                    .removeIf(each -> isUnequalToItself(each) && !registered.contains(each));
        } catch (ReflectiveOperationException | RuntimeException e) {
            // A Gogo with another inside, which may be able to forget.
            return;
        }
    }

    /** What equals itself, Gogo removes on its own, and it has some that were never services. */
    private static boolean isUnequalToItself(Object converter) {
        return !converter.equals(converter);
    }
}
