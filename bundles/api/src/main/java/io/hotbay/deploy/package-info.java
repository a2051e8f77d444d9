// SPDX-License-Identifier: Apache-2.0
/** Managing bundles live: what an update would touch, updating and installing, and what past swaps have cost. */
@Export
@Version("1.0.0")
package io.hotbay.deploy;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
