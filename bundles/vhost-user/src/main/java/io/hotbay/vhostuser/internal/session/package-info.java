// SPDX-License-Identifier: Apache-2.0
/** A front-end's session: the protocol's state and what each message does to it. */
package io.hotbay.vhostuser.internal.session;
