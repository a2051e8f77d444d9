// SPDX-License-Identifier: Apache-2.0
/** Boots a Linux guest in QEMU and lets it work on the disks of a vhost-user-blk target. */
package io.hotbay.itest.guest;
