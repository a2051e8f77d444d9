// SPDX-License-Identifier: Apache-2.0
package io.hotbay.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EpollTest {
    @Test
    void shouldReportEachReadyDescriptorWithItsToken() throws Exception {
        try (Epoll epoll = Epoll.create();
                EventFd first = EventFd.create();
                EventFd second = EventFd.create();
                EventFd third = EventFd.create()) {
            epoll.add(first.number(), Epoll.IN, 0x1111222233334444L);
            epoll.add(second.number(), Epoll.IN, -1);
            epoll.add(third.number(), Epoll.IN, 3);
            assertThat(epoll.await(0)).isZero();

            first.signal();
            second.signal();
            assertThat(epoll.await(-1)).isEqualTo(2);
            assertThat(Set.of(epoll.token(0), epoll.token(1))).isEqualTo(Set.of(0x1111222233334444L, -1L));
            assertThat(epoll.events(0)).isEqualTo(Epoll.IN);
            assertThat(epoll.events(1)).isEqualTo(Epoll.IN);
        }
    }

    @Test
    void shouldReportTheRestWhenMoreIsReadyThanItTakesAtOnce() throws Exception {
        EventFd[] many = new EventFd[100];
        try (Epoll epoll = Epoll.create()) {
            for (int i = 0; i < many.length; i++) {
                many[i] = EventFd.create();
                epoll.add(many[i].number(), Epoll.IN | Epoll.EDGE, i);
                many[i].signal();
            }
            Set<Long> tokens = new HashSet<>();
            for (int count = epoll.await(0); count > 0; count = epoll.await(0)) {
                for (int i = 0; i < count; i++) {
                    tokens.add(epoll.token(i));
                }
            }
            assertThat(tokens).hasSize(100);
        } finally {
            for (EventFd event : many) {
                event.close();
            }
        }
    }

    @Test
    void shouldReportAnEdgeOnce() throws Exception {
        try (Epoll epoll = Epoll.create();
                EventFd event = EventFd.create()) {
            epoll.add(event.number(), Epoll.IN | Epoll.EDGE, 1);
            event.signal();
            assertThat(epoll.await(0)).isOne();
            assertThat(epoll.await(0)).isZero();
            event.signal();
            assertThat(epoll.await(0)).isOne();
        }
    }

    @Test
    void shouldForgetADescriptorAndNotMindOneItDoesNotKnow() throws Exception {
        try (Epoll epoll = Epoll.create();
                EventFd event = EventFd.create()) {
            epoll.add(event.number(), Epoll.IN, 1);
            event.signal();
            epoll.remove(event.number());
            epoll.remove(event.number());
            assertThat(epoll.await(0)).isZero();
        }
    }

    @Test
    void shouldWatchForSomethingElseOnceModified() throws Exception {
        try (Epoll epoll = Epoll.create();
                EventFd event = EventFd.create()) {
            epoll.add(event.number(), Epoll.IN, 1);
            epoll.modify(event.number(), Epoll.OUT, 2);
            assertThat(epoll.await(0)).isOne();
            assertThat(epoll.token(0)).isEqualTo(2);
            assertThat(epoll.events(0)).isEqualTo(Epoll.OUT);
        }
    }

    @Test
    void shouldWakeAThreadThatWaits() throws Exception {
        try (Epoll epoll = Epoll.create();
                EventFd event = EventFd.create()) {
            epoll.add(event.number(), Epoll.IN, 9);
            WaitingThread<Integer> waiter =
                    new WaitingThread<>(() -> epoll.await(-1)).awaitCall(WaitingThread.EPOLL_WAIT);
            event.signal();
            assertThat(waiter.result()).isOne();
            assertThat(epoll.token(0)).isEqualTo(9);
        }
    }

    @Test
    void shouldSeeADescriptorThatIsAddedWhileAThreadWaits() throws Exception {
        try (Epoll epoll = Epoll.create();
                EventFd event = EventFd.create()) {
            event.signal();
            WaitingThread<Integer> waiter =
                    new WaitingThread<>(() -> epoll.await(-1)).awaitCall(WaitingThread.EPOLL_WAIT);
            epoll.add(event.number(), Epoll.IN, 9);
            assertThat(waiter.result()).isOne();
        }
    }

    @Test
    void shouldReportThatThePeerHungUp() throws Exception {
        UnixConnection[] ends = UnixConnection.pair();
        try (Epoll epoll = Epoll.create();
                UnixConnection end = ends[0]) {
            epoll.add(end.number(), 0, 1);
            ends[1].close();
            assertThat(epoll.await(-1)).isOne();
            assertThat(epoll.events(0) & Epoll.HUP).isNotZero();
        }
    }

    @Test
    void shouldRefuseTheSameDescriptorTwice() throws Exception {
        try (Epoll epoll = Epoll.create();
                EventFd event = EventFd.create()) {
            epoll.add(event.number(), Epoll.IN, 1);
            assertThatThrownBy(() -> epoll.add(event.number(), Epoll.IN, 1))
                    .hasMessage("epoll_ctl descriptor " + event.number() + ": File exists (EEXIST)");
        }
    }
}
