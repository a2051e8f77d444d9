// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.wiring.FrameworkWiring;

class ReplacementTest {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final List<String> calls = new ArrayList<>();

    @TempDir
    private Path directory;

    private Path content;
    private PendingFile pending;

    @BeforeEach
    void write() throws Exception {
        content = Files.writeString(directory.resolve("content.jar"), "new");
        pending = new PendingFile(directory.resolve("pending.json"));
    }

    private static <T> T fake(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private Bundle bundle(String name) {
        return bundle(name, "none");
    }

    /** @param broken which call fails */
    private Bundle bundle(String name, String broken) {
        return fake(Bundle.class, (proxy, method, given) -> {
            boolean update = method.getName().equals("update");
            calls.add(method.getName() + " " + name
                    + (update ? " to " + new String(((InputStream) given[0]).readAllBytes()) : ""));
            if (method.getName().equals(broken)) {
                throw new BundleException("broken");
            }
            return null;
        });
    }

    private Replacement replacement() {
        FrameworkWiring wiring = fake(FrameworkWiring.class, (proxy, method, given) -> {
            calls.add("refresh");
            ((FrameworkListener[]) given[1])[0].frameworkEvent(null);
            return null;
        });
        Bundle framework = fake(Bundle.class, (proxy, method, given) -> wiring);
        return new Replacement(fake(BundleContext.class, (proxy, method, given) -> framework), () -> LIMIT_NANOS);
    }

    @Test
    void shouldStopLastWhatItStartsFirstWhenItIsRewiredItself() throws Exception {
        Bundle api = bundle("api");

        replacement()
                .replaceOwn(
                        api, content, List.of(api, bundle("disk"), bundle("shell")), pending, "\"done\"", "\"failed\"");

        assertThat(calls)
                .containsExactly(
                        "stop shell",
                        "stop disk",
                        "stop api",
                        "update api to new",
                        "refresh",
                        "start api",
                        "start disk",
                        "start shell");
        assertThat(directory.resolve("pending.json")).hasContent("\"done\"");
    }

    @Test
    void shouldStartAllAgainWhenTheUpdateFails() throws Exception {
        Bundle api = bundle("api", "update");

        replacement().replaceOwn(api, content, List.of(api, bundle("disk")), pending, "\"done\"", "\"failed\"");

        assertThat(calls)
                .containsExactly("stop disk", "stop api", "update api to new", "refresh", "start api", "start disk");
        assertThat(directory.resolve("pending.json")).hasContent("\"failed\"");
    }

    @Test
    void shouldStartTheOthersWhenOneDoesNotStart() throws Exception {
        Bundle api = bundle("api");

        replacement()
                .replaceOwn(
                        api,
                        content,
                        List.of(api, bundle("disk", "start"), bundle("shell")),
                        pending,
                        "\"done\"",
                        "\"failed\"");

        assertThat(calls).endsWith("start api", "start disk", "start shell");
    }
}
