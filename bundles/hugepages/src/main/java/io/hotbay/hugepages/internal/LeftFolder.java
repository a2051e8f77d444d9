// SPDX-License-Identifier: Apache-2.0
package io.hotbay.hugepages.internal;

import io.hotbay.linux.Descriptor;
import java.util.List;

/**
 * What one life of the component has left of a folder for the next one.
 *
 * @param lock the locked file
 * @param mappings of leases in the folder, those of each lease in the order in which they were made
 */
record LeftFolder(Descriptor lock, List<LeftMapping> mappings) {}
