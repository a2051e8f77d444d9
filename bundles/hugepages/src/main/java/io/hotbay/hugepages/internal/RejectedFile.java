// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import java.nio.file.Path;

/**
 * A file that stands where a lease should be and cannot be taken up.
 *
 * @param lease name of the lease
 * @param reason why not; goes after "cannot be taken up: "
 */
record RejectedFile(String lease, Path file, String reason) {
    String text() {
        return file + " cannot be taken up: " + reason + "; it is left alone, and nothing can be leased as \"" + lease
                + "\" meanwhile; if its contents are of no use, remove it with hugepages:clean";
    }
}
