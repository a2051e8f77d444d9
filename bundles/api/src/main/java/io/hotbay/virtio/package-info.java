// SPDX-License-Identifier: Apache-2.0
/** Virtqueues and virtio devices, free of any transport. */
@Export
@Version("1.0.0")
package io.hotbay.virtio;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
