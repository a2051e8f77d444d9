// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor.internal;

import io.hotbay.reactor.Poller;
import java.util.concurrent.CompletableFuture;

/** Counts what a reactor does to it. */
class CountingPoller implements Poller {
    private final String name;
    volatile long polls;
    volatile long arms;
    volatile long disarms;
    final CompletableFuture<Throwable> failure = new CompletableFuture<>();

    CountingPoller(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int poll() {
        polls = polls + 1;
        return 0;
    }

    @Override
    public boolean arm() {
        arms = arms + 1;
        return true;
    }

    @Override
    public void disarm() {
        disarms = disarms + 1;
    }

    @Override
    public void failed(Throwable cause) {
        failure.complete(cause);
    }
}
