// SPDX-License-Identifier: Apache-2.0
/** The wire format of vhost-user: messages as data, without any state. */
package io.hotbay.vhostuser.internal.wire;
