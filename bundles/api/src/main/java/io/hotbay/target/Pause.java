// SPDX-License-Identifier: Apache-2.0
package io.hotbay.target;

/**
 * A time in which a controller did not serve its queues, because something it needs was being replaced. Requests that a front-end
 * made meanwhile waited.
 *
 * @param start when it began, in milliseconds since 1970
 * @param micros how long it took, in microseconds
 * @param rings number of queues that were being served when it began
 * @param requests number of requests that were held: taken from the rings when it began and carried on with afterwards, or found in
 *     the rings at its end
 * @param cause what was being replaced, for people
 */
public record Pause(long start, long micros, int rings, int requests, String cause) {}
