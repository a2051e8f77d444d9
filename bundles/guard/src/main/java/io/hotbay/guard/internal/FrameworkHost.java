// SPDX-License-Identifier: Apache-2.0
package io.hotbay.guard.internal;

import java.util.Map;
import java.util.function.Function;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.log.LoggerFactory;

/** The framework that the guard is in. Services are looked for when they are needed: any of them may be away. */
final class FrameworkHost implements Guard.Host {
    /** What the keeper keeps, in classes of the JDK: with classes of its own this bundle would be stopped with it. */
    private static final String KEPT = "(io.hotbay.keeper.kept=true)";
    /** What the transport keeps for its next life starts with this. */
    private static final String TRANSPORT = "vhost-user ";

    private final BundleContext context;

    FrameworkHost(BundleContext context) {
        this.context = context;
    }

    @Override
    public String name(long id) {
        Bundle bundle = context.getBundle(id);
        return bundle == null || bundle.getSymbolicName() == null ? "" : bundle.getSymbolicName();
    }

    @Override
    public void start(long id) throws BundleException {
        Bundle bundle = context.getBundle(id);
        if (bundle != null) {
            bundle.start(Bundle.START_ACTIVATION_POLICY);
        }
    }

    @Override
    public int waitingControllers() {
        try {
            return context.getServiceReferences(Map.class, KEPT).stream()
                    .mapToInt(this::keptByTransport)
                    .sum();
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("rawtypes")
    private int keptByTransport(ServiceReference<Map> reference) {
        Map<?, ?> kept = context.getService(reference);
        try {
            return kept == null
                    ? 0
                    : (int) kept.keySet().stream()
                            .filter(name -> name.toString().startsWith(TRANSPORT))
                            .count();
        } finally {
            context.ungetService(reference);
        }
    }

    /** The log is written by a component, which is away together with Declarative Services, so it is said on standard error too. */
    @Override
    public void warn(String message) {
        boolean logged = ask(
                LoggerFactory.class,
                factory -> {
                    factory.getLogger(Guard.class).warn("{}", message);
                    return true;
                },
                false);
        if (!logged || !isLogWritten()) {
            System.err.println("hotbay: guard: " + message);
        }
    }

    private boolean isLogWritten() {
        for (Bundle bundle : context.getBundles()) {
            if ("org.apache.felix.scr".equals(bundle.getSymbolicName())) {
                return bundle.getState() == Bundle.ACTIVE;
            }
        }
        return false;
    }

    private <S, T> T ask(Class<S> type, Function<S, T> question, T otherwise) {
        ServiceReference<S> reference = context.getServiceReference(type);
        S service = reference == null ? null : context.getService(reference);
        if (service == null) {
            return otherwise;
        }
        try {
            return question.apply(service);
        } finally {
            context.ungetService(reference);
        }
    }
}
