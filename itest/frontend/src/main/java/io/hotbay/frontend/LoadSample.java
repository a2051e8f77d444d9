// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

/**
 * What a load generator saw in one round.
 *
 * @param requests completed in the time
 * @param nanos the time
 * @param latency of each request
 * @param errors requests with a status other than OK
 * @param corrupt reads with other content than expected
 */
public record LoadSample(long requests, long nanos, LatencyHistogram latency, long errors, long corrupt) {
    /** Requests a second. */
    public double iops() {
        return nanos == 0 ? 0 : requests * 1e9 / nanos;
    }
}
