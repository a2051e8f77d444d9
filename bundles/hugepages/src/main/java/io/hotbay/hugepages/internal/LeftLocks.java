// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import io.hotbay.linux.Descriptor;
import java.nio.file.Path;

/** Where the locks of folders lie between two lives of the component. */
interface LeftLocks {
    /** Leaves the locked file of a folder. */
    void leave(Path folder, Descriptor lock);

    /** Takes the locked file of a folder, or null if none was left. */
    Descriptor take(Path folder);
}
