// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import io.hotbay.target.Controller;
import io.hotbay.target.ControllerStatus;
import io.hotbay.target.Pause;
import io.hotbay.target.PauseSum;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** The controllers, as they are at the moment of the call; none is held between calls, for they are replaced as well. */
final class Controllers {
    private final BundleContext context;

    Controllers(BundleContext context) {
        this.context = context;
    }

    Collection<ServiceReference<Controller>> references() {
        try {
            return context.getServiceReferences(Controller.class, null);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("no filter was given", e);
        }
    }

    Optional<ControllerStatus> status(ServiceReference<Controller> reference) {
        return ask(reference, Controller::status);
    }

    /** Names of those that answer on their sockets. */
    Set<String> listening() {
        Set<String> names = new TreeSet<>();
        for (ServiceReference<Controller> reference : references()) {
            status(reference)
                    .filter(status -> status.state() == ControllerStatus.State.LISTENING
                            && status.reason().isEmpty())
                    .ifPresent(status -> names.add(status.name()));
        }
        return names;
    }

    /** Why a controller does not listen, for people. */
    String reason(String name) {
        return references().stream()
                .filter(reference -> name.equals(reference.getProperty(Controller.NAME)))
                .findFirst()
                .flatMap(this::status)
                .map(ControllerStatus::reason)
                .orElse("its service is gone");
    }

    /** The pauses that began at a moment or later, by controller. */
    Map<String, List<Pause>> pausesSince(long start) {
        return pauses(pause -> pause.start() >= start);
    }

    /**
     * The pauses that lay between two moments, at least in part, by controller. One may have begun before what it is put down to was
     * noticed: who hears first that a bundle stops is up to the order in which listeners were added.
     */
    Map<String, List<Pause>> pausesBetween(long start, long end) {
        return pauses(pause -> pause.start() <= end && PauseSum.end(pause) >= start);
    }

    private Map<String, List<Pause>> pauses(Predicate<Pause> wanted) {
        Map<String, List<Pause>> pauses = new TreeMap<>();
        for (ServiceReference<Controller> reference : references()) {
            List<Pause> found = ask(reference, Controller::pauses).orElse(List.of()).stream()
                    .filter(wanted)
                    .toList();
            pauses.put(String.valueOf(reference.getProperty(Controller.NAME)), found);
        }
        return pauses;
    }

    private <T> Optional<T> ask(ServiceReference<Controller> reference, Function<Controller, T> question) {
        Controller controller = context.getService(reference);
        if (controller == null) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(question.apply(controller));
        } finally {
            context.ungetService(reference);
        }
    }
}
