// SPDX-License-Identifier: Apache-2.0
package io.hotbay.upgrade.internal;

import java.io.IOException;

/**
 * What a successor tells when it serves.
 *
 * @param disks controllers that listen
 * @param sessions front-ends that are still connected
 * @param micros longest time in which rings stood still
 */
record Report(int disks, int sessions, long micros) {
    static Report of(String text) throws IOException {
        String[] words = text.split(" ");
        try {
            return new Report(Integer.parseInt(words[0]), Integer.parseInt(words[1]), Long.parseLong(words[2]));
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IOException("it tells of itself \"" + text + "\"", e);
        }
    }

    String text() {
        return disks + " " + sessions + " " + micros;
    }
}
