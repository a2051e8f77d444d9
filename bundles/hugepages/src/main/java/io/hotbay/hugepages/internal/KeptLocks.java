// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import io.hotbay.keeper.Keeper;
import io.hotbay.keeper.Kept;
import io.hotbay.linux.Descriptor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** Leaves locks with the keeper, which also survives an update of this bundle and passes them on to another process. */
final class KeptLocks implements LeftLocks {
    private static final String PREFIX = "hugepages ";

    private final BundleContext context;

    KeptLocks(BundleContext context) {
        this.context = context;
    }

    @Override
    public void leave(Path folder, Descriptor lock) {
        Keeper keeper = keeper();
        if (keeper == null) {
            lock.close();
        } else {
            keeper.keep(PREFIX + folder, new Kept(Map.of(), List.of(lock.release())));
        }
    }

    @Override
    public Descriptor take(Path folder) {
        Keeper keeper = keeper();
        return keeper == null
                ? null
                : keeper.take(PREFIX + folder)
                        .map(kept -> Descriptor.adopt(kept.descriptors().get(0)))
                        .orElse(null);
    }

    private Keeper keeper() {
        ServiceReference<Keeper> reference = context.getServiceReference(Keeper.class);
        return reference == null ? null : context.getService(reference);
    }
}
