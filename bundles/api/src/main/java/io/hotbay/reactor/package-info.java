// SPDX-License-Identifier: Apache-2.0
/** The threads that run the data path. */
@Export
@Version("1.0.0")
package io.hotbay.reactor;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
