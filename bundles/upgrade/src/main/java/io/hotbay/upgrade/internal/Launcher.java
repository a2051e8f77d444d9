// SPDX-License-Identifier: Apache-2.0
package io.hotbay.upgrade.internal;

import io.hotbay.target.TargetException;
import java.util.List;
import java.util.function.Consumer;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * What the launcher of this process does for an upgrade. It shares no class with bundles but those of the JDK, so it is a
 * {@code Consumer<String>} that understands these words.
 */
final class Launcher {
    /** Property of the launcher's service. */
    private static final String FILTER = "(hotbay.launcher=true)";

    /** Framework property: the command line without the program, a NUL between two words. */
    private static final String ARGUMENTS = "hotbay.arguments";
    /** Framework property: the command that starts this installation without arguments, in the same form. */
    private static final String COMMAND = "hotbay.command";

    private final BundleContext context;
    private final Consumer<String> service;

    private Launcher(BundleContext context, Consumer<String> service) {
        this.context = context;
        this.service = service;
    }

    static Launcher of(BundleContext context) throws TargetException {
        try {
            for (ServiceReference<?> reference : context.getServiceReferences(Consumer.class, FILTER)) {
                @SuppressWarnings("unchecked")
                Consumer<String> service = (Consumer<String>) context.getService(reference);
                if (service != null && context.getProperty(COMMAND) != null) {
                    return new Launcher(context, service);
                }
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
        throw new TargetException("this process was not started by bin/hotbay and cannot be upgraded: restart it");
    }

    List<String> command() {
        return words(COMMAND);
    }

    List<String> arguments() {
        return words(ARGUMENTS);
    }

    private List<String> words(String property) {
        String words = context.getProperty(property);
        return words == null || words.isEmpty() ? List.of() : List.of(words.split("\0", -1));
    }

    /** Lets a successor have its part of the locks on the directories. */
    void admitSuccessor() {
        service.accept("admit");
    }

    /** Takes that part back: the successor has ended. */
    void dismissSuccessor() {
        service.accept("dismiss");
    }

    /** Ends this process and leaves its directories to the successor. */
    void leave(long successor) {
        service.accept("leave " + successor);
    }
}
