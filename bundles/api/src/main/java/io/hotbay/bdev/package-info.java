// SPDX-License-Identifier: Apache-2.0
/** Block devices: what a backend offers and how requests reach it. */
@Export
@Version("1.0.0")
package io.hotbay.bdev;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
