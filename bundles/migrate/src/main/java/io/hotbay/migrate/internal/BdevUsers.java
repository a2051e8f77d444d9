// SPDX-License-Identifier: Apache-2.0
package io.hotbay.migrate.internal;

import io.hotbay.target.Controller;
import io.hotbay.target.ControllerStatus;
import io.hotbay.target.Pause;
import io.hotbay.target.PauseSum;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** The controllers of bdevs, as they are at the moment of the call; none is held between calls, for they are replaced as well. */
final class BdevUsers {
    private static final long SERVE_MILLIS = 1000;
    private static final long LOOK_MILLIS = 5;

    private final BundleContext context;

    BdevUsers(BundleContext context) {
        this.context = context;
    }

    /**
     * What a bdev's controllers have paused.
     *
     * @param start pauses that began before are left out, in milliseconds since 1970
     */
    PauseSum pausesSince(String bdev, long start) {
        List<List<Pause>> pauses = new ArrayList<>();
        visit(
                bdev,
                (controller, status) -> pauses.add(controller.pauses().stream()
                        .filter(pause -> pause.start() >= start)
                        .toList()));
        return PauseSum.of(pauses);
    }

    /** Waits, not for long, until all controllers of a bdev serve: a pause is known when it is over. */
    void awaitServing(String bdev) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SERVE_MILLIS);
        try {
            while (!allServe(bdev) && System.nanoTime() - deadline < 0) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean allServe(String bdev) {
        List<ControllerStatus.State> states = new ArrayList<>();
        visit(bdev, (controller, status) -> states.add(status.state()));
        return states.stream().allMatch(ControllerStatus.State.LISTENING::equals);
    }

    private interface Visitor {
        void visit(Controller controller, ControllerStatus status);
    }

    private void visit(String bdev, Visitor visitor) {
        for (ServiceReference<Controller> reference : references()) {
            Controller controller = context.getService(reference);
            if (controller == null) {
                continue;
            }
            try {
                ControllerStatus status = controller.status();
                if (bdev.equals(status.bdev())) {
                    visitor.visit(controller, status);
                }
            } finally {
                context.ungetService(reference);
            }
        }
    }

    private Collection<ServiceReference<Controller>> references() {
        try {
            return context.getServiceReferences(Controller.class, null);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("no filter was given", e);
        }
    }
}
