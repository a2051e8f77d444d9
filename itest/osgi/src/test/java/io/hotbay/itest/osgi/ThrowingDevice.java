// SPDX-License-Identifier: Apache-2.0
package io.hotbay.itest.osgi;

/** The class of a component that cannot be made. */
public final class ThrowingDevice {
    static final String REASON = "there is no disk today";

    public ThrowingDevice() {
        throw new IllegalStateException(REASON);
    }
}
