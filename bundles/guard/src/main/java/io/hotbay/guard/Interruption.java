// SPDX-License-Identifier: Apache-2.0
package io.hotbay.guard;

/**
 * A time in which a bundle that had been running was not: it was stopped and started, updated or rewired.
 *
 * @param id number of the bundle
 * @param from its version before
 * @param to its version afterwards
 * @param start when it began to stop, in milliseconds since 1970
 * @param end when it had started again, in milliseconds since 1970
 */
public record Interruption(long id, String from, String to, long start, long end) {}
