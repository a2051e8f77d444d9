// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import io.hotbay.frontend.FrontendProfile;
import io.hotbay.frontend.FrontendSession;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Processor time that a target takes while front-ends are attached that want nothing. */
final class IdleMeasurement {
    /** The guest has been quiet for this long before the watch begins. */
    private static final int SETTLE_SECONDS = 3;

    private IdleMeasurement() {}

    static void measure(List<BenchTarget> targets, BenchOptions options, Results results) throws IOException {
        for (BenchTarget target : targets) {
            measure("front-end attached", target, List.of(target.socket(BenchDisk.NULL)), options, results);
        }
    }

    /** The same with as many guests as there are disks that do nothing. */
    static void measureGuests(HotbayTarget target, BenchOptions options, Results results) throws IOException {
        List<Path> sockets = IntStream.rangeClosed(1, ScaleMeasurement.MOST_DISKS)
                .mapToObj(number -> target.socket(ScaleMeasurement.disk(number)))
                .toList();
        measure(sockets.size() + " front-ends attached", target, sockets, options, results);
    }

    private static void measure(
            String what, BenchTarget target, List<Path> sockets, BenchOptions options, Results results)
            throws IOException {
        if (options.idleSeconds() == 0) {
            return;
        }
        List<FrontendSession> sessions = new ArrayList<>();
        try {
            for (Path socket : sockets) {
                FrontendSession session = FrontendProfile.QEMU_7_2.open(socket);
                sessions.add(session);
                session.driver(0).read(0, BenchCase.BLOCK);
            }
            pause(SETTLE_SECONDS);
            long start = System.nanoTime();
            long before = ProcStat.process(target.pid());
            pause(options.idleSeconds());
            double ticks = (System.nanoTime() - start) * 1e-9 * ProcStat.TICKS_PER_SECOND;
            double share = (ProcStat.process(target.pid()) - before) / ticks;
            results.figure("idle, " + what, target.name(), 100 * share, "% of a core", target.isOurs() ? 1 : 0);
        } finally {
            sessions.forEach(FrontendSession::close);
        }
    }

    private static void pause(int seconds) throws IOException {
        try {
            Thread.sleep(seconds * 1000L);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while an idle target was watched", interrupted);
        }
    }
}
