// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.target.TargetException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GateTest {
    private final AtomicBoolean upgrade = new AtomicBoolean();
    private final Gate gate = new Gate(upgrade::get);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final Thread waiting = new Thread(() -> {
        try {
            gate.enterInTurn("update of c");
        } catch (InterruptedException e) {
            interrupted.countDown();
        }
    });

    @AfterEach
    void end() throws InterruptedException {
        waiting.interrupt();
        waiting.join();
    }

    private void awaitWaiting() {
        waiting.start();
        while (waiting.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldLetOneThroughAtATime() throws Exception {
        gate.enter("update of a");

        assertThat(gate.inside()).contains("update of a");
        assertThatThrownBy(() -> gate.enter("update of b"))
                .isInstanceOf(TargetException.class)
                .hasMessage("the update of a is under way: try again when it has ended; deploy:history tells");
        gate.leave();
        gate.enter("update of b");
        assertThat(gate.inside()).contains("update of b");
    }

    @Test
    void shouldLetNobodyThroughWhileTheProcessIsUpgraded() throws Exception {
        upgrade.set(true);

        assertThatThrownBy(() -> gate.enter("update of a"))
                .hasMessage("an upgrade of the process is under way: try again when it has ended");
        assertThat(gate.inside()).isEmpty();
        awaitWaiting();
        upgrade.set(false);
        waiting.join();
        assertThat(gate.inside()).contains("update of c");
    }

    @Test
    void shouldLetTheNextThroughWhenOneLeaves() throws Exception {
        gate.enter("update of a");
        awaitWaiting();

        gate.leave();
        waiting.join();

        assertThat(gate.inside()).contains("update of c");
    }

    @Test
    void shouldNotHoldUpWhoeverIsEndedHimself() throws Exception {
        gate.enter("update of a");
        awaitWaiting();

        waiting.interrupt();
        waiting.join();

        assertThat(interrupted.getCount()).isZero();
        assertThat(gate.inside()).contains("update of a");
    }
}
