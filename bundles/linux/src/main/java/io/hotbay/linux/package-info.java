// SPDX-License-Identifier: Apache-2.0
/** What Hotbay asks of the Linux kernel: descriptors, mappings, unix sockets, events, affinity, device nodes. */
@Export
@Version("1.0.0")
package io.hotbay.linux;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
