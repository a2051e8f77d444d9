// SPDX-License-Identifier: Apache-2.0
/** Keeps what must outlive the bundle that made it. */
@Export
@Version("1.0.0")
package io.hotbay.keeper;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
