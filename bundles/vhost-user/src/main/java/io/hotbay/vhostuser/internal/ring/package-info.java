// SPDX-License-Identifier: Apache-2.0
/** Rings: what the front-end says about them, and running them on reactors. */
package io.hotbay.vhostuser.internal.ring;
