// SPDX-License-Identifier: Apache-2.0
package io.hotbay.health.internal;

import io.hotbay.target.ConfiguredStatus;
import io.hotbay.target.ControllerStatus;
import io.hotbay.target.QueueStatus;
import io.hotbay.target.SessionStatus;
import io.hotbay.target.TargetAdmin;
import io.hotbay.target.TargetException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.felix.hc.api.Result;

/** The services that checks look at, with answers made up. */
final class Fakes {
    private Fakes() {}

    /**
     * A service that answers as the methods of an object do, found by name and parameters; each other method is one that a
     * check has no business with.
     */
    static <T> T service(Class<T> type, Object answers) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, given) -> {
                    Method answer = answers.getClass().getDeclaredMethod(method.getName(), method.getParameterTypes());
                    answer.setAccessible(true);
                    try {
                        return answer.invoke(answers, given);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    static TargetAdmin admin(ConfiguredStatus... configured) {
        return service(TargetAdmin.class, new Object() {
            List<ConfiguredStatus> configured() {
                return List.of(configured);
            }
        });
    }

    static TargetAdmin unreadableAdmin() {
        return service(TargetAdmin.class, new Object() {
            List<ConfiguredStatus> configured() throws TargetException {
                throw new TargetException("the stored configuration cannot be read: disk on fire");
            }
        });
    }

    static ConfiguredStatus bdev(String name, ConfiguredStatus.State state, String reason) {
        return new ConfiguredStatus(ConfiguredStatus.Kind.BDEV, name, "malloc", state, reason);
    }

    static ConfiguredStatus controller(String name, ConfiguredStatus.State state, String reason) {
        return new ConfiguredStatus(ConfiguredStatus.Kind.CONTROLLER, name, "blk", state, reason);
    }

    static ControllerStatus status(
            String name, ControllerStatus.State state, String reason, SessionStatus... sessions) {
        return new ControllerStatus(
                name, "blk", "Malloc0", "/run/" + name, state, reason, 2, 256, "", Map.of(), List.of(sessions));
    }

    static SessionStatus session(int pid, QueueStatus... queues) {
        return new SessionStatus(0, pid, 0, 0, "qemu", 0, 0, 1, 1 << 20, List.of(queues));
    }

    static QueueStatus queue(int index, String fault) {
        return new QueueStatus(index, 256, 0, true, fault.isEmpty(), 0, fault);
    }

    /** All lines of a result. */
    static Stream<String> lines(Result result) {
        return StreamSupport.stream(result.spliterator(), false)
                .map(entry -> entry.getStatus() + " " + entry.getMessage());
    }
}
