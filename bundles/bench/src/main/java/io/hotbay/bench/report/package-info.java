// SPDX-License-Identifier: Apache-2.0
/** What a run brought: figures a second and in total, as a table, as JSON and as a plot. Not exported. */
package io.hotbay.bench.report;
