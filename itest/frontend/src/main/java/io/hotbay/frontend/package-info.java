// SPDX-License-Identifier: Apache-2.0
/**
 * The driver's side of vhost-user: what a virtual machine monitor and the guest inside it do, for tests and as a load.
 *
 * <p>It shares no code with the target, so that one misreading of a specification cannot hide on both sides.
 */
@Export
@Version("1.0.0")
package io.hotbay.frontend;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
