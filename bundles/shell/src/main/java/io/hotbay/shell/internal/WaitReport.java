// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import io.hotbay.target.Controller;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Tells, while a command makes a change that takes long, what controllers say that they wait for. They are those there were before: one
 * that is being deleted is no service any more while it waits.
 */
final class WaitReport implements AutoCloseable {
    private static final long FIRST_MILLIS = 1500;
    private static final long NEXT_MILLIS = 3000;

    private final List<Controller> controllers;
    private final PrintWriter out;
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread thread = new Thread(this::report, "hotbay-wait-report");

    private WaitReport(List<Controller> controllers, PrintWriter out) {
        this.controllers = controllers;
        this.out = out;
    }

    /** Begins; what is printed comes from another thread until it is closed. */
    static WaitReport begin(List<Controller> controllers, PrintWriter out) {
        WaitReport report = new WaitReport(controllers, out);
        report.thread.setDaemon(true);
        report.thread.start();
        return report;
    }

    private void report() {
        try {
            boolean ended = over.await(FIRST_MILLIS, TimeUnit.MILLISECONDS);
            while (!ended) {
                controllers.forEach(this::report);
                ended = over.await(NEXT_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void report(Controller controller) {
        var status = controller.status();
        if (!status.reason().isEmpty()) {
            out.println(status.name() + ": " + status.reason());
            out.flush();
        }
    }

    @Override
    public void close() throws InterruptedException {
        over.countDown();
        thread.join();
    }
}
