// SPDX-License-Identifier: Apache-2.0
package io.hotbay.virtqueue.internal;

/** Ends a process of a test before one of its steps. Nothing between the step and the test catches it. */
final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    private Killed(String step) {
        super("before " + step, null, false, false);
    }

    /** How many steps a process has to live. */
    static final class Life {
        private int left;

        Life(int steps) {
            left = steps;
        }

        void step(String name) {
            if (left-- <= 0) {
                throw new Killed(name);
            }
        }
    }
}
