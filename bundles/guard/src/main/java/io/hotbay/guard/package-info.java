// SPDX-License-Identifier: Apache-2.0
/** What bundles have gone through, whoever did it. */
@Export
@Version("1.0.0")
package io.hotbay.guard;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
