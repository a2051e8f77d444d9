// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.hotbay.linux.UnixConnection;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.wiring.FrameworkWiring;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ControlConnectionTest {
    private static final int HEADER = 5;

    /** Waits for a rewiring that ends when the test says so. */
    private final CompletableFuture<FrameworkListener> waiting = new CompletableFuture<>();

    private final CountDownLatch served = new CountDownLatch(1);
    private boolean removalPending;
    private UnixConnection client;
    private ControlConnection connection;

    @BeforeEach
    void connect() throws IOException {
        UnixConnection[] ends = UnixConnection.pair();
        client = ends[0];
        connection = new ControlConnection(ends[1], null, null, null, new Refreshes(wiring(), () -> new Bundle[0]));
    }

    private FrameworkWiring wiring() {
        Bundle pending = fake(Bundle.class, (proxy, method, arguments) -> null);
        return fake(FrameworkWiring.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "getRemovalPendingBundles" -> removalPending ? List.of(pending) : List.of();
            case "refreshBundles" -> waiting.complete(((FrameworkListener[]) arguments[1])[0]) ? null : null;
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    private static <T> T fake(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private void serve() {
        Thread thread = new Thread(() -> {
            try {
                connection.serve();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            } finally {
                served.countDown();
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void send(char type, String text) throws IOException {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer frame = ByteBuffer.allocate(HEADER + payload.length);
        client.send(frame.put((byte) type).putInt(payload.length).put(payload).flip(), List.of());
    }

    private char answer() throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        assertThat(client.receiveFully(header, new ArrayList<>())).isTrue();
        return (char) header.flip().get();
    }

    @AfterEach
    void disconnect() throws Exception {
        client.close();
        served.await();
        connection.end();
    }

    @Test
    void shouldSendAClientThatHasNotAskedYetToTheNextLife() throws Exception {
        serve();
        connection.close();

        assertThat(answer()).isEqualTo('W');
    }

    @ParameterizedTest
    @ValueSource(strings = {"U 60 ", "X bdev:list"})
    void shouldSendWhatWasAskedDuringARewiringToTheNextLife(String request) throws Exception {
        removalPending = true;
        serve();
        send(request.charAt(0), request.substring(2));
        FrameworkListener rewired = waiting.get();
        connection.close();
        assertThat(answer()).isEqualTo('W');

        rewired.frameworkEvent(null);
        served.await();
        assertThat(client.receiveFully(ByteBuffer.allocate(1), new ArrayList<>()))
                .isFalse();
    }
}
