// SPDX-License-Identifier: Apache-2.0
package io.hotbay.upgrade.internal;

import io.hotbay.keeper.Keeper;
import io.hotbay.linux.Descriptor;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

/** Takes what the service manager has kept for this process, before anything starts that could want it. Once in the life of a process. */
@Component(service = StoredEstateTaker.class, immediate = true)
public final class StoredEstateTaker {
    private static final int FIRST = 3;
    private static final int MOST = 65_536;
    /** System property: has been done. */
    private static final String DONE = "hotbay.listen.fds.taken";
    /** System property: front-ends of the process before are connected to this one. */
    private static final String TAKEN_OVER = "hotbay.taken.over";

    private final Logger logger;
    private final ServiceManager manager;

    @Activate
    public StoredEstateTaker(
            BundleContext context, @Reference Keeper keeper, @Reference(service = LoggerFactory.class) Logger logger) {
        this.logger = logger;
        Map<String, String> environment = System.getenv();
        manager = new ServiceManager(environment);
        String process = Long.toString(ProcessHandle.current().pid());
        if (process.equals(environment.get("LISTEN_PID")) && System.setProperty(DONE, "true") == null) {
            take(environment, keeper);
        }
    }

    private void take(Map<String, String> environment, Keeper keeper) {
        Map<String, Descriptor> stored = new HashMap<>();
        try {
            int count = Integer.parseInt(environment.getOrDefault("LISTEN_FDS", "0"));
            String[] names = environment.getOrDefault("LISTEN_FDNAMES", "").split(":");
            for (int i = 0; i < Math.min(Math.min(count, names.length), MOST); i++) {
                if (names[i].startsWith(StoredEstate.PREFIX)) {
                    adopt(names[i], FIRST + i, stored);
                }
            }
            if (stored.containsKey(StoredEstate.BYTES)) {
                Estate estate = StoredEstate.of(stored);
                logger.info("takes over {} from the process before", estate.names());
                estate.giveTo(keeper);
                System.setProperty(TAKEN_OVER, "true");
            }
        } catch (IOException | RuntimeException e) {
            logger.error("what the service manager has kept cannot be taken over: {}", e.getMessage());
        } finally {
            stored.values().forEach(Descriptor::close);
        }
    }

    /** What the service manager went on keeping, front-ends would go on taking for a living connection. */
    private void adopt(String name, int number, Map<String, Descriptor> stored) throws IOException {
        try (Descriptor inherited = Descriptor.adopt(number)) {
            stored.put(name, inherited.duplicate());
        }
        manager.remove(name);
    }
}
