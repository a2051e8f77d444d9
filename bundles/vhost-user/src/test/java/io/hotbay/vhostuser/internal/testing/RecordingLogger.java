// SPDX-License-Identifier: Apache-2.0
package io.hotbay.vhostuser.internal.testing;

import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.service.log.Logger;

/** A logger that keeps what it is told: level, format and arguments in one line. */
public final class RecordingLogger {
    private final List<String> lines = new CopyOnWriteArrayList<>();

    /** The logger. */
    public Logger logger() {
        return (Logger) Proxy.newProxyInstance(
                Logger.class.getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
                    if (method.getReturnType() == boolean.class) {
                        return true;
                    }
                    if (arguments != null) {
                        lines.add(method.getName() + " " + line(arguments));
                    }
                    return null;
                });
    }

    private static String line(Object[] arguments) {
        StringBuilder line = new StringBuilder();
        for (Object argument : arguments) {
            line.append(argument instanceof Object[] array ? Arrays.toString(array) : String.valueOf(argument))
                    .append(' ');
        }
        return line.toString();
    }

    /** What was logged. */
    public List<String> lines() {
        return lines;
    }
}
