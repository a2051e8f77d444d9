// SPDX-License-Identifier: Apache-2.0
/** What Kata Containers needs on a host to find vhost-user devices. */
@Export
@Version("1.0.0")
package io.hotbay.kata;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
