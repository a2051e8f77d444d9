// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Set;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.junit.jupiter.api.Test;

class ScriptRunnerTest {
    private int looks;

    private static <T> T fake(Class<T> type, InvocationHandler answers) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, answers));
    }

    /** Who waits at the control socket while the target starts is served as soon as it listens. */
    @Test
    void shouldWaitUntilGogoHasFoundTheCommands() {
        CommandSession session = fake(CommandSession.class, (proxy, method, all) -> switch (method.getName()) {
            case "get" -> ++looks < 3 ? Set.of("felix:lb") : Set.of("felix:lb", "target:help");
            default -> null;
        });
        CommandProcessor processor = fake(CommandProcessor.class, (proxy, method, all) -> session);

        CommandSession opened = new ScriptRunner(processor)
                .open(InputStream.nullInputStream(), new ByteArrayOutputStream(), new ByteArrayOutputStream());

        assertThat(opened).isSameAs(session);
        assertThat(looks).isEqualTo(3);
    }
}
