// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import java.nio.file.Path;

/** Where the locks of folders, and what is mapped of their leases, lie between two lives of the component. */
interface LeftFolders {
    /** Leaves a folder for the next life. */
    void leave(Path folder, LeftFolder left);

    /** Takes what was left of a folder, or null if nothing was. The mappings may be those of another process. */
    LeftFolder take(Path folder);
}
