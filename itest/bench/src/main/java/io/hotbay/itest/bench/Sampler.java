// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.bench;

import io.hotbay.frontend.LoadSample;
import java.io.IOException;

/** What samples are taken of, in turn with another. */
interface Sampler extends AutoCloseable {
    /** Takes one sample. */
    LoadSample sample(long nanos) throws IOException;

    /** How much the last sample was disturbed, as a share of a core. */
    double disturbance();

    @Override
    void close();
}
