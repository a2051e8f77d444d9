// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hotbay.target.TargetException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class GateTest {
    private static final long NOT_LONG = 1;
    private static final long FOR_EVER = Long.MAX_VALUE;

    private final AtomicBoolean upgrade = new AtomicBoolean();
    private final Gate gate = new Gate(upgrade::get);

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
        assertThatThrownBy(() -> gate.enterInTurn("update of a", NOT_LONG, () -> false))
                .hasMessage("an upgrade of the process is under way: try again when it has ended");
        assertThatThrownBy(() -> gate.enterInTurn("update of a", FOR_EVER, () -> true))
                .hasMessageContaining("is under way");
        assertThat(gate.inside()).isEmpty();
        upgrade.set(false);
        gate.enterInTurn("update of a", NOT_LONG, () -> false);
        assertThat(gate.inside()).contains("update of a");
    }
}
