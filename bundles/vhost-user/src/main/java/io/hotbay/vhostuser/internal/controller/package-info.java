// SPDX-License-Identifier: Apache-2.0
/** Controllers: configuration, sockets, and the services that come and go. */
package io.hotbay.vhostuser.internal.controller;
