// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.osgi.service.log.Logger;

/** Keeps what is logged as lines such as "error: format [arguments]". */
final class RecordingLogger {
    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

    Logger logger() {
        return (Logger) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
                    lines.add(method.getName() + ": " + Arrays.deepToString(arguments));
                    return null;
                });
    }

    List<String> lines() {
        return List.copyOf(lines);
    }
}
