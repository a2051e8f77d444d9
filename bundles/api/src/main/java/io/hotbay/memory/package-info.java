// SPDX-License-Identifier: Apache-2.0
/** Guest memory and leased memory. */
@Export
@Version("1.0.0")
package io.hotbay.memory;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
