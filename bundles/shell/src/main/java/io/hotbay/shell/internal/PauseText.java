// SPDX-License-Identifier: Apache-2.0
package io.hotbay.shell.internal;

import com.google.gson.JsonObject;

/** What front-ends had to wait for a swap, for people and for programs. */
final class PauseText {
    private PauseText() {}

    /** "2 rings paused, 12 requests waited, at most 40.2 ms". */
    static String sentence(int rings, int requests, long longestMicros) {
        return number(rings, "ring") + " paused, " + number(requests, "request") + " waited, at most "
                + millis(longestMicros) + " ms";
    }

    private static String number(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    /** Milliseconds with one digit behind the point. */
    static double millis(long micros) {
        return Math.round(micros / 100.0) / 10.0;
    }

    static void add(JsonObject json, int rings, int requests, long longestMicros) {
        json.addProperty("rings", rings);
        json.addProperty("requests", requests);
        json.addProperty("longest_pause_micros", longestMicros);
    }
}
