// SPDX-License-Identifier: Apache-2.0
/** How long requests are held up while bundles are swapped. */
package io.hotbay.itest.bench.swaps;
