// SPDX-License-Identifier: Apache-2.0
/** The front-end's memory, mapped. */
package io.hotbay.vhostuser.internal.memory;
