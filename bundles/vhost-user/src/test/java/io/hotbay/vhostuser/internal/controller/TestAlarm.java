// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.controller;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** An alarm that goes off when the test lets its clock go on. */
final class TestAlarm implements Alarm {
    private final AtomicLong clock;
    private final List<Setting> settings = new ArrayList<>();

    private record Setting(long at, Runnable task) {}

    TestAlarm(AtomicLong clock) {
        this.clock = clock;
    }

    @Override
    public synchronized Runnable set(long nanos, Runnable task) {
        Setting setting = new Setting(clock.get() + nanos, task);
        settings.add(setting);
        return () -> callOff(setting);
    }

    private synchronized void callOff(Setting setting) {
        settings.remove(setting);
    }

    /** Number of alarms that are set. */
    synchronized int count() {
        return settings.size();
    }

    /** Lets time pass. */
    void pass(long nanos) {
        clock.addAndGet(nanos);
        due().forEach(setting -> setting.task().run());
    }

    private synchronized List<Setting> due() {
        List<Setting> due = settings.stream()
                .filter(setting -> setting.at() - clock.get() <= 0)
                .toList();
        settings.removeAll(due);
        return due;
    }
}
