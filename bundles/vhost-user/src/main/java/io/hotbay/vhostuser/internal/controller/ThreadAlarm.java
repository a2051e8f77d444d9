// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import java.util.concurrent.TimeUnit;

/** An alarm that has a thread while it is set, which is seldom and not for long. */
final class ThreadAlarm implements Alarm {
    private final String name;

    /** @param name of the threads */
    ThreadAlarm(String name) {
        this.name = name;
    }

    @Override
    public Runnable set(long nanos, Runnable task) {
        Thread thread = new Thread(null, () -> sleepAndRun(nanos, task), name, LiveSession.STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
        return thread::interrupt;
    }

    private static void sleepAndRun(long nanos, Runnable task) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            // called off
            return;
        }
        task.run();
    }
}
