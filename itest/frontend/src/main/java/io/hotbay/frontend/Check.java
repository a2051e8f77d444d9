// SPDX-License-Identifier: Apache-2.0
package io.hotbay.frontend;

/** Assertions without a test framework. */
final class Check {
    private Check() {}

    static void that(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    static void equal(String what, long expected, long actual) {
        that(expected == actual, what + " is " + actual + " instead of " + expected);
    }

    static void equal(String what, boolean expected, boolean actual) {
        that(expected == actual, what + " is " + actual + " instead of " + expected);
    }
}
