// SPDX-License-Identifier: Apache-2.0
package io.hotbay.deploy;

/** How a bundle is updated. */
public enum UpdateOption {
    /** Puts the previous content back if the new one does not start, or if something that worked before does not come back. */
    SAFE,
    /** Takes an older version as well. */
    DOWNGRADE
}
