// SPDX-License-Identifier: Apache-2.0
/** The target as a whole: its controllers and how to change them. */
@Export
@Version("1.0.0")
package io.hotbay.target;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
