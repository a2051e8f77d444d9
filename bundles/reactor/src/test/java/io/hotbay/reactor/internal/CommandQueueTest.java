// SPDX-License-Identifier: Apache-2.0
package io.hotbay.reactor.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommandQueueTest {
    private final CommandQueue queue = new CommandQueue();
    private final List<Integer> ran = new ArrayList<>();

    private void add(int number) {
        queue.add(new Command<>(() -> ran.add(number)));
    }

    private int runAll() {
        int count = 0;
        Command<?> command = queue.takeAll();
        while (command != null) {
            Command<?> next = command.next;
            command.run();
            command = next;
            count++;
        }
        return count;
    }

    @Test
    void shouldGiveCommandsBackInTheOrderTheyCame() {
        add(1);
        add(2);
        add(3);
        runAll();
        add(4);
        runAll();
        assertThat(ran).containsExactly(1, 2, 3, 4);
    }

    @Test
    void shouldBeEmptyBeforeTheFirstAndAfterTheLast() {
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.takeAll()).isNull();
        add(1);
        assertThat(queue.isEmpty()).isFalse();
        assertThat(queue.looksEmpty()).isFalse();
        runAll();
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.looksEmpty()).isTrue();
    }

    @Test
    void shouldLoseNothingAndKeepEachCallersOrder() throws InterruptedException {
        int each = 20_000;
        Thread first = new Thread(() -> addMany(0, each));
        Thread second = new Thread(() -> addMany(each, each));
        first.start();
        second.start();
        int count = 0;
        while (first.isAlive() || second.isAlive() || !queue.isEmpty()) {
            count += runAll();
        }
        assertThat(count).isEqualTo(2 * each);
        assertThat(ran.stream().filter(number -> number < each)).isSorted().hasSize(each);
        assertThat(ran.stream().filter(number -> number >= each)).isSorted().hasSize(each);
    }

    private void addMany(int from, int count) {
        for (int number = from; number < from + count; number++) {
            add(number);
        }
    }
}
